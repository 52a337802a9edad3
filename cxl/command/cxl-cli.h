/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_CXL_CLI_H
#define CXL_COMMAND_CXL_CLI_H

/*
 * Run the distribution's cxl-cli. It handles every command that this program does not have, and
 * performs the commands that this program extends. Its program is the file that the environment
 * variable CXL_CLI names. Without the variable it is the file given to the build (option cxl-cli,
 * /usr/bin/cxl). Otherwise it is the first cxl in PATH that is not this program.
 *
 * @argv is always a whole command line, ended by NULL: argv[0] is the program's name, and argv[1]
 * the command.
 */

/**
 * cxl_cli_find() - find the program file of cxl-cli
 *
 * Return: a new string that the caller frees, or NULL after a message on stderr.
 */
char *cxl_cli_find(void);

/**
 * cxl_cli_ask() - get what cxl-cli prints when it is run with one argument
 * @path: as cxl_cli_find() returned it
 *
 * Return: a new string that the caller frees, or NULL after a message on stderr.
 */
char *cxl_cli_ask(const char *path, const char *argument);

/**
 * cxl_cli_capture() - run cxl-cli, and get what it prints on stdout
 * @path: as cxl_cli_find() returned it
 * @status: set to its wait status, see waitpid(2)
 *
 * Return: a new string that the caller frees, which may be empty; or NULL after a message on
 * stderr, if cxl-cli could not be run.
 */
char *cxl_cli_capture(const char *path, char *const argv[], int *status);

/**
 * cxl_cli_list_options() - print what cxl-cli prints for NAME --list-opts, and the options of this
 * program
 * @ours: the options that this program adds to the command, separated by spaces
 *
 * Return: an exit status.
 */
int cxl_cli_list_options(char *const argv[], const char *ours);

/**
 * cxl_cli_run() - run cxl-cli with the input and output of this process, and wait for it
 *
 * Return: its wait status, see waitpid(2); or a negative errno after a message on stderr.
 */
int cxl_cli_run(char *const argv[]);

/**
 * cxl_cli_exec() - replace this process with cxl-cli
 *
 * cxl-cli gets @argv, the environment, open files and signal dispositions unchanged.
 *
 * Return: only after an error: an exit status, after a message on stderr.
 */
int cxl_cli_exec(char *const argv[]);

#endif
