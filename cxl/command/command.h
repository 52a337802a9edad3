/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_H
#define CXL_COMMAND_H

#include <stddef.h>

/* Exit statuses of every command of this program, as cxl-attach(1) lists them */
enum cxl_exit {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_REFUSED = 3,
	EXIT_NOT_VERIFIED = 4, /* the kernel did not do what it should have */
	EXIT_CANNOT = 5,       /* this kernel or system cannot do it */
};

struct argp;

/* One subcommand: cxl NAME ARGUMENTS... */
struct cxl_command {
	const char *name;
	const char *help;	 /* one line for the list of commands */
	const struct argp *argp; /* NULL: it extends cxl-cli's command of that name */
	/* argv[0] is "cxl NAME", where it extends one: "NAME"; returns the exit status */
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
