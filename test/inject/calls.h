/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_INJECT_CALLS_H
#define TEST_INJECT_CALLS_H

#include <stddef.h>

/* The names of system calls, and the argument that says what each call concerns */

#define CALLS_MAX 512

enum call_about { ABOUT_NOTHING, ABOUT_FD, ABOUT_PATH, ABOUT_PATH_AT };

/** call_name() - return the name of that number; "?512" if the table (calls.c) does not have it */
const char *call_name(long number);

/**
 * call_about() - return which argument names the object of the call
 *
 * It is the first argument as a descriptor or path, or the second as a path.
 */
enum call_about call_about(long number);

/** call_index() - return the index of the call's count, below CALLS_MAX */
size_t call_index(long number);

#endif
