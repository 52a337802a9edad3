/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_DEBUG_H
#define UTIL_DEBUG_H

/** debug_print() - print one line of --debug output to stderr: "OWNER: FUNCTION: TEXT" */
void debug_print(const char *owner, const char *function, const char *text);

#endif
