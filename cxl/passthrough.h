/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_PASSTHROUGH_H
#define CXL_PASSTHROUGH_H

/*
 * The distribution's cxl-cli, to which every command goes that is not ours. It is what CXL_CLI
 * names; else what the build was told (option cxl-cli, /usr/bin/cxl); else the first cxl in PATH
 * that is not this program.
 */

/**
 * find_cxl_cli() - where cxl-cli is
 *
 * Return: a new string that the caller frees, or NULL after one sentence on stderr.
 */
char *find_cxl_cli(void);

/**
 * ask_cxl_cli() - what cxl-cli prints when it is run with one argument
 *
 * Return: a new string that the caller frees, or NULL after one sentence on stderr.
 */
char *ask_cxl_cli(const char *path, const char *argument);

/**
 * capture_cxl_cli() - what cxl-cli prints when it is run
 * @argv: its arguments, from its own name on, ended by NULL
 * @status: how it ended, as waitpid(2) tells
 *
 * Return: a new string that the caller frees, maybe an empty one; or NULL, having said why, if it
 * could not be run.
 */
char *capture_cxl_cli(const char *path, char *const argv[], int *status);

/**
 * run_cxl_cli() - run cxl-cli, with this process's input and output, and wait for it
 * @argv: its arguments, from its own name on, ended by NULL
 *
 * Return: how it ended, as waitpid(2) tells, or a negative errno after one sentence on stderr.
 */
int run_cxl_cli(char *const argv[]);

/**
 * pass_through() - replace this process with cxl-cli
 * @argv: handed on as it is, like the environment, open files and signals
 *
 * Return: the exit status if that could not be done, after one sentence on stderr.
 */
int pass_through(char **argv);

#endif
