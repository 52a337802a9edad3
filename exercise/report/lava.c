// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include "exercise/report/lava.h"
#include "exercise/report/tests.h"
#include "util/json.h"

int print_lava(struct json_object *summary)
{
	struct json_object *rate;
	struct exercise_tests tests;

	tests_of_summary(summary, &tests);
	for (size_t i = 0; i < tests.count; i++) {
		const struct exercise_test *test = &tests.list[i];
		bool failed = test->result == TEST_FAILED && test->findings;

		printf("%s-%s %s %" PRIu64 " %s\n", test->scenario, test->name,
		       test_result_name(test->result), failed ? test->findings : test->trials,
		       failed ? "findings" : "trials");
	}
	if (json_object_object_get_ex(summary, "trials_per_second", &rate))
		printf("run-speed pass %.3f trials/s\n", json_object_get_double(rate));
	tests_release(&tests);
	return json_flush();
}
