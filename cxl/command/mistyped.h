/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_MISTYPED_H
#define CXL_COMMAND_MISTYPED_H

#include <stdbool.h>

/**
 * mistyped_option() - is one of our options mistyped in a command line that cxl-cli would get?
 * @argv: argv[1] is the command
 * @ours: the options that we add to the command, separated by spaces
 *
 * cxl-cli knows none of them, and so cannot say which one was meant.
 *
 * Return: true after a message.
 */
bool mistyped_option(char *const argv[], const char *ours);

#endif
