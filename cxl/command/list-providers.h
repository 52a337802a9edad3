/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_LIST_PROVIDERS_H
#define CXL_COMMAND_LIST_PROVIDERS_H

struct listing_options;

/**
 * list_providers() - list-attach --providers: list the modules that can own CXL memory, and their
 * hosts
 * @command: the name in messages
 *
 * Return: the exit status.
 */
int list_providers(const char *command, const struct listing_options *options);

#endif
