/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_INJECT_CALLS_H
#define TEST_INJECT_CALLS_H

#include <stddef.h>

/* The names of system calls, and what each is about */

#define CALLS_MAX 512

enum call_about { ABOUT_NOTHING, ABOUT_FD, ABOUT_PATH, ABOUT_PATH_AT };

/** call_name() - the name of that number; "?" if there is none in the table (calls.c) */
const char *call_name(long number);

/** call_about() - which argument says what the call is about: the first as a descriptor or path, or
 * the second as a path
 */
enum call_about call_about(long number);

/** call_index() - where its count is, below CALLS_MAX */
size_t call_index(long number);

#endif
