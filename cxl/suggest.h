/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_SUGGEST_H
#define CXL_SUGGEST_H

#include <stdbool.h>

struct cxl_command;

/**
 * suggest() - if no program has the command @name, and one has a similar one, say which
 * @commands: our own, ended by NULL
 *
 * Return: false if cxl-cli is to be run, which has the command, or says itself that it has not.
 */
bool suggest(const struct cxl_command *const *commands, const char *name);

#endif
