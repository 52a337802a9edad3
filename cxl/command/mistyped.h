/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_MISTYPED_H
#define CXL_COMMAND_MISTYPED_H

#include <stdbool.h>

/**
 * mistyped_option() - test whether a command line for cxl-cli has a mistyped option of this program
 * @argv: argv[1] is the command
 * @ours: the options that this program adds to the command, separated by spaces
 *
 * cxl-cli does not know these options, and cannot suggest one.
 *
 * Return: true after a message.
 */
bool mistyped_option(char *const argv[], const char *ours);

#endif
