/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_DEBUG_H
#define UTIL_DEBUG_H

/** debug_print() - one line of what --debug shows, to stderr: who says it, in which function */
void debug_print(const char *owner, const char *function, const char *text);

#endif
