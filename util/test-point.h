/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_TEST_POINT_H
#define UTIL_TEST_POINT_H

/*
 * Points at which a test can end the program, as a crash would, or stop it for a while. Only a
 * build with -Dtest-points=true has them. In every other build these functions are empty.
 */

#ifdef TEST_POINTS

/**
 * test_point() - end or stop this process if the environment asks for it at the point @name
 *
 * The process gets SIGKILL if CXL_TEST_KILL_AT is @name, and SIGSTOP if CXL_TEST_STOP_AT is @name.
 */
void test_point(const char *name);

/**
 * test_point_in_child() - end this process and its parent by SIGKILL if CXL_TEST_KILL_AT is @name
 */
void test_point_in_child(const char *name);

#else

static inline void test_point(const char *name)
{
	(void)name;
}

static inline void test_point_in_child(const char *name)
{
	(void)name;
}

#endif

#endif
