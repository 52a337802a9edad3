/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_FOLLOW_H
#define CXL_COMMAND_FOLLOW_H

struct listing_options;

/**
 * follow() - list-attach --follow: the present state, then a line of JSON for each change, for ever
 * @command: for messages
 *
 * Return: the exit status, when it cannot go on.
 */
int follow(const char *command, const struct listing_options *options);

#endif
