/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_TEST_POINT_H
#define UTIL_TEST_POINT_H

/**
 * test_point() - the tests' way to end the program at one place, as a crash would
 *
 * Where the environment variable CXL_TEST_KILL_AT names this place, the process gets SIGKILL. For
 * everybody else this does nothing.
 */
void test_point(const char *name);

/** test_point_in_child() - likewise, for the process and for its parent */
void test_point_in_child(const char *name);

#endif
