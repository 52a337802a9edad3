/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_COMMAND_H
#define CXL_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "util/exit-status.h"

/* One subcommand: cxl NAME ARGUMENTS... Exactly one of @run and @extend is set. */
struct cxl_command {
	const char *name;
	const char *help; /* one line for the list of commands */
	/* A command of this program. argv[0] is "cxl NAME"; returns the exit status */
	int (*run)(int argc, char **argv);
	/*
	 * A command that extends cxl-cli's command of the same name. @argv is the whole command
	 * line, as cxl-cli would get it: argv[1] is NAME. Returns the exit status.
	 */
	int (*extend)(int argc, char **argv);
};

/* All commands, for the table in main.c */
extern const struct cxl_command attach_memdev_command;
extern const struct cxl_command destroy_region_command;
extern const struct cxl_command detach_memdev_command;
extern const struct cxl_command disable_bus_command;
extern const struct cxl_command disable_memdev_command;
extern const struct cxl_command disable_port_command;
extern const struct cxl_command disable_region_command;
extern const struct cxl_command exercise_autoremove_command;
extern const struct cxl_command export_metrics_command;
extern const struct cxl_command free_dpa_command;
extern const struct cxl_command list_attach_command;
extern const struct cxl_command list_command;
extern const struct cxl_command list_locked_command;

#endif
