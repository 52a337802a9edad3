/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_GUARD_REQUEST_H
#define CXL_COMMAND_GUARD_REQUEST_H

#include <stdbool.h>

#include "attach/reason/verdict.h"
#include "cxl/command/selection.h"

/*
 * The request that the command line of a guarded command makes. Its options and arguments are those
 * of cxl-cli, parsed as cxl-cli parses them. The guard adds --dry-run and --explain.
 */

/* How an option of cxl-cli changes the request */
enum cxl_cli_option_meaning {
	MEANS_NOTHING,	/* changes neither the objects nor the operation */
	MEANS_BUS,	/* only objects on these buses */
	MEANS_DECODER,	/* only regions of these root decoders */
	MEANS_FORCE,	/* also objects that are in use */
	MEANS_SERIAL,	/* the arguments are serial numbers of memdevs */
	MEANS_ENDPOINT, /* the arguments are endpoints */
};

/* An option of cxl-cli. Each has an opposite --no-NAME. */
struct cxl_cli_option {
	const char *name;
	char key; /* the short form, 'f'; 0: none */
	bool takes_value;
	enum cxl_cli_option_meaning meaning;
};

/* A command of cxl-cli that the guard extends */
struct guarded_command {
	enum operation operation;
	enum selection_kind kind; /* what its arguments select */
	const struct cxl_cli_option
		*options; /* ended by an option without a name; -h is in no table */
};

struct guard_request {
	const char *name; /* the name of @command */
	const struct guarded_command *command;
	enum selection_kind kind; /* the kind of @arguments; an option may have changed it */
	struct selection_filters filters;
	bool force;
	bool dry_run;
	bool explain;
	bool help;
	bool not_understood; /* the table lacks an option, which cxl-cli may have */
	char **arguments; /* each selects objects, in one of the spellings that cxl-cli accepts */
	int nr_arguments;
	char **options; /* for cxl-cli, before the arguments: the command's name and options */
	int nr_options;
};

/**
 * guard_request_parse() - parse a command line
 * @argv: the whole command line: argv[1] is the name of the command
 * @request: overwritten; refers to @argv; released with guard_request_release()
 */
void guard_request_parse(const struct guarded_command *command, int argc, char **argv,
			 struct guard_request *request);

/** guard_request_release() - free what guard_request_parse() allocated */
void guard_request_release(struct guard_request *request);

#endif
