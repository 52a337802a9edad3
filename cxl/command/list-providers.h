/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LIST_PROVIDERS_H
#define CXL_LIST_PROVIDERS_H

struct listing_options;

/**
 * list_providers() - list-attach --providers: the modules that can own CXL memory, and their hosts
 *
 * Return: an exit status.
 */
int list_providers(const struct listing_options *options);

#endif
