/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_TESTS_H
#define EXERCISE_REPORT_TESTS_H

#include <stddef.h>
#include <stdint.h>

struct json_object;

/* A summary as a list of tests */

enum test_result { TEST_PASSED, TEST_FAILED, TEST_SKIPPED };

struct exercise_test {
	const char *scenario; /* "race"; "run" for a test outside any case */
	char *name;	      /* "host-port" */
	enum test_result result;
	uint64_t trials, findings;
	char *why; /* one line: the findings, or the reason for the skip; NULL: it passed */
};

struct exercise_tests {
	struct exercise_test *list; /* the tests of a scenario are adjacent */
	size_t count;
};

/** tests_of_summary() - fill @tests, which the caller releases with tests_release() */
void tests_of_summary(struct json_object *summary, struct exercise_tests *tests);

void tests_release(struct exercise_tests *tests);

/** test_result_name() - return "pass", "fail" or "skip" */
const char *test_result_name(enum test_result result);

#endif
