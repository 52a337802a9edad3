/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_FOLLOW_H
#define CXL_COMMAND_FOLLOW_H

#include <stdbool.h>

struct listing_options;

/**
 * follow() - list-attach --follow: the present state, then a line of JSON for each change, for ever
 * @command: for messages
 * @to_journald: write an entry of systemd-journald for each, instead of a line to stdout
 *
 * Return: the exit status, when it cannot go on.
 */
int follow(const char *command, const struct listing_options *options, bool to_journald);

#endif
