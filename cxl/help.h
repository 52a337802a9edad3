/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_HELP_H
#define CXL_HELP_H

struct cxl_command;

/*
 * What the program prints about itself and cxl-cli. @commands is the table of this program's
 * commands, ended by NULL. Each function returns the exit status.
 */

/** help_print() - print a list of the commands of both programs */
int help_print(const struct cxl_command *const *commands);

/**
 * help_list_commands() - print the names of the commands of both programs, one in each line, for
 * scripts
 *
 * A command that extends one of cxl-cli is listed once: by cxl-cli, or by this program if cxl-cli
 * is not installed.
 */
int help_list_commands(const struct cxl_command *const *commands);

/** help_version() - print the versions of both programs */
int help_version(void);

/**
 * help_manual() - replace this process with man(1), for the page of one of this program's commands
 */
int help_manual(const struct cxl_command *command);

#endif
