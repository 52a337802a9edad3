// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "exercise/report/ktap.h"
#include "exercise/report/tests.h"
#include "util/json.h"

/* The tests of one scenario */
struct group {
	const struct exercise_test *first;
	size_t count;
};

static struct group group_from(const struct exercise_tests *tests, size_t first)
{
	struct group group = {&tests->list[first], 1};

	while (first + group.count < tests->count &&
	       strcmp(group.first->scenario, group.first[group.count].scenario) == 0)
		group.count++;
	return group;
}

static size_t count_groups(const struct exercise_tests *tests)
{
	size_t count = 0;

	for (size_t i = 0; i < tests->count; i += group_from(tests, i).count)
		count++;
	return count;
}

static enum test_result result_of(const struct group *group)
{
	enum test_result result = TEST_SKIPPED;

	for (size_t i = 0; i < group->count; i++) {
		if (group->first[i].result == TEST_FAILED)
			return TEST_FAILED;
		if (group->first[i].result == TEST_PASSED)
			result = TEST_PASSED;
	}
	return result;
}

/* The findings precede the result that they explain. */
static void print_test(const struct exercise_test *test, size_t number)
{
	if (test->trials)
		printf("  # trials: %" PRIu64 "\n", test->trials);
	if (test->result == TEST_FAILED)
		printf("  # %s\n", test->why);
	printf("  %sok %zu %s%s%s\n", test->result == TEST_FAILED ? "not " : "", number, test->name,
	       test->result == TEST_SKIPPED ? " # SKIP " : "",
	       test->result == TEST_SKIPPED ? test->why : "");
}

static void print_group(const struct group *group, size_t number)
{
	enum test_result result = result_of(group);

	printf("  KTAP version 1\n  # Subtest: %s\n  1..%zu\n", group->first->scenario,
	       group->count);
	for (size_t i = 0; i < group->count; i++)
		print_test(&group->first[i], i + 1);
	printf("%sok %zu %s%s\n", result == TEST_FAILED ? "not " : "", number,
	       group->first->scenario,
	       result == TEST_SKIPPED ? " # SKIP all of its tests are" : "");
}

int print_ktap(struct json_object *summary)
{
	struct exercise_tests tests;
	size_t number = 1;

	tests_of_summary(summary, &tests);
	printf("KTAP version 1\n1..%zu\n", count_groups(&tests));
	for (size_t i = 0; i < tests.count;) {
		struct group group = group_from(&tests, i);

		print_group(&group, number++);
		i += group.count;
	}
	tests_release(&tests);
	return json_flush();
}
