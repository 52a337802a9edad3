/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_FOLLOW_H
#define CXL_COMMAND_FOLLOW_H

#include <stdbool.h>

struct listing_options;

/**
 * follow() - list-attach --follow: print the present state, then a line of JSON for each change
 * @command: the name in messages
 * @to_journald: write an entry to systemd-journald for each, instead of a line to stdout
 *
 * Return: the exit status, after an error. Without an error, the function does not return.
 */
int follow(const char *command, const struct listing_options *options, bool to_journald);

#endif
