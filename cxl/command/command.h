/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_H
#define CXL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "util/exit-status.h"

struct argp;
struct option_set;

/* One subcommand: cxl NAME ARGUMENTS... */
struct cxl_command {
	const char *name;
	const char *help; /* one line for the list of commands */
	const struct argp *argp;
	const struct option_set *options; /* NULL: it extends cxl-cli's command of that name */
	bool external; /* another program of ours has its options; @argp and @options are NULL */
	/* argv[0] is "cxl NAME", where it has no options here: "NAME"; returns the exit status */
	int (*run)(int argc, char **argv);
};

/* The table of this program's own commands, in cxl.c, ended by NULL */
extern const struct cxl_command *const cxl_commands[];

/** find_command() - the command of that name, or NULL if it is not one of ours */
const struct cxl_command *find_command(const char *name);

extern const struct cxl_command attach_memdev_command;
extern const struct cxl_command destroy_region_command;
extern const struct cxl_command detach_memdev_command;
extern const struct cxl_command disable_bus_command;
extern const struct cxl_command disable_memdev_command;
extern const struct cxl_command disable_port_command;
extern const struct cxl_command disable_region_command;
extern const struct cxl_command exercise_autoremove_command;
extern const struct cxl_command free_dpa_command;
extern const struct cxl_command list_attach_command;
extern const struct cxl_command list_command;
extern const struct cxl_command list_locked_command;

#endif
