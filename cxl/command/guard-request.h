/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_GUARD_REQUEST_H
#define CXL_COMMAND_GUARD_REQUEST_H

#include <stdbool.h>

#include "attach/reason/verdict.h"
#include "cxl/command/selection.h"

/*
 * What the command line of a guarded command requests. Its options and arguments are those of
 * cxl-cli, parsed as cxl-cli parses them, and two more: --dry-run and --explain.
 */

/* What an option of cxl-cli changes about the request */
enum cxl_cli_option_meaning {
	MEANS_NOTHING,	/* neither the objects nor what happens to them */
	MEANS_BUS,	/* only objects on these buses */
	MEANS_DECODER,	/* only regions of these root decoders */
	MEANS_FORCE,	/* what is in use, too */
	MEANS_SERIAL,	/* the arguments are serial numbers of memdevs */
	MEANS_ENDPOINT, /* the arguments are endpoints */
};

/* An option of cxl-cli. Each has an opposite --no-NAME. */
struct cxl_cli_option {
	const char *name;
	char key; /* its short form, 'f'; 0 for none */
	bool takes_value;
	enum cxl_cli_option_meaning meaning;
};

/* A command of cxl-cli that the guard extends */
struct guarded_command {
	enum operation operation;
	enum selection_kind kind;	      /* of its arguments */
	const struct cxl_cli_option *options; /* ended by one without a name; -h is in no table */
};

struct guard_request {
	const char *name; /* of @command */
	const struct guarded_command *command;
	enum selection_kind kind; /* of @arguments, as options may have changed it */
	struct selection_filters filters;
	bool force;
	bool dry_run;
	bool explain;
	bool help;
	bool not_understood; /* there is an option that the table lacks: cxl-cli may have it */
	char **arguments;    /* each names objects, in one of the spellings that cxl-cli accepts */
	int nr_arguments;
	char **options; /* what precedes them for cxl-cli: the command's name and its options */
	int nr_options;
};

/**
 * guard_request_parse() - parse a command line
 * @argv: the whole of it: argv[1] is the name of the command
 * @request: overwritten; refers to @argv; released with guard_request_release()
 */
void guard_request_parse(const struct guarded_command *command, int argc, char **argv,
			 struct guard_request *request);

/** guard_request_release() - free what guard_request_parse() allocated */
void guard_request_release(struct guard_request *request);

#endif
