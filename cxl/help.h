/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_HELP_H
#define CXL_HELP_H

struct cxl_command;

/* What the program says about itself and cxl-cli together. Each returns the exit status. */

/** help_print() - the commands of both, on stdout */
int help_print(void);

/** help_list_commands() - the names of the commands of both, one a line, for scripts */
int help_list_commands(void);

/**
 * help_list_options() - the long options of one of our commands, in one line
 *
 * As every command of cxl-cli does on --list-opts: it is what its bash completion asks.
 */
int help_list_options(const struct cxl_command *command);

/** help_version() - the versions of both */
int help_version(void);

/** help_manual() - replace this process with man(1) showing one of our commands */
int help_manual(const struct cxl_command *command);

/**
 * help_add_options() - what cxl-cli prints for COMMAND --list-opts, and ours
 * @argv: from cxl-cli's own name on
 * @ours: the options that we add to the command's
 *
 * Return: an exit status.
 */
int help_add_options(char **argv, const char *ours);

#endif
