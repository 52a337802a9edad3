/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_SUGGEST_H
#define CXL_SUGGEST_H

#include <stdbool.h>

struct cxl_command;

/**
 * suggest() - if no program has the command @name, suggest a similar one
 * @commands: this program's commands, ended by NULL
 *
 * Return: false if cxl-cli must be run: it has the command, or prints itself that it does not.
 */
bool suggest(const struct cxl_command *const *commands, const char *name);

#endif
