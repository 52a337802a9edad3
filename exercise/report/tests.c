// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "exercise/report/read-log.h"
#include "exercise/report/tests.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/text.h"

const char *test_result_name(enum test_result result)
{
	static const char *const names[] = {"pass", "fail", "skip"};

	return names[result];
}

/* Keep only characters that every report format allows in a name. */
static char *plain_name(char *name)
{
	for (char *at = name; *at; at++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789", *at))
			*at = '-';
	}
	return name;
}

/* Join the titles of the findings of a case */
static char *titles_of(struct json_object *findings, const char *name)
{
	char *titles = NULL;

	for (size_t i = 0; i < json_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);
		struct json_object *cases = json_object_object_get(finding, "cases");
		_cleanup_free_ char *before = NULL;

		if (!json_object_object_get_ex(cases, name, NULL))
			continue;
		before = titles;
		titles = xasprintf("%s%s%s", before ?: "", before ? "; " : "",
				   record_text(finding, "title") ?: "");
	}
	return titles;
}

static void add_case(struct exercise_tests *tests, struct json_object *summary,
		     struct json_object *race_case)
{
	const char *name = record_text(race_case, "name");
	struct exercise_test *test = APPEND(tests->list, tests->count);

	*test = (struct exercise_test){
		.scenario = record_text(race_case, "scenario"),
		.name = plain_name(memory_check(strdup(name))),
		.trials = record_number(race_case, "trials"),
		.findings = record_number(race_case, "findings"),
	};
	if (test->findings > 0) {
		test->result = TEST_FAILED;
		test->why = titles_of(json_object_object_get(summary, "findings"), name);
	} else if (test->trials == 0) {
		test->result = TEST_SKIPPED;
		test->why = xasprintf("it had no trial before the run ended: %s",
				      record_text(summary, "ended"));
	}
}

static uint64_t sum(struct json_object *list, const char *key)
{
	uint64_t all = 0;

	for (size_t i = 0; i < json_length(list); i++)
		all += record_number(json_object_array_get_idx(list, i), key);
	return all;
}

/* An actor that was requested and not possible has not passed. */
static void add_left_out(struct exercise_tests *tests, struct json_object *summary)
{
	struct json_object *left_out = json_object_object_get(summary, "left_out");

	for (size_t i = 0; i < json_length(left_out); i++) {
		struct json_object *actor = json_object_array_get_idx(left_out, i);

		*APPEND(tests->list, tests->count) = (struct exercise_test){
			.scenario = "run",
			.name = plain_name(memory_check(strdup(record_text(actor, "actor") ?: ""))),
			.result = TEST_SKIPPED,
			.why = memory_check(strdup(record_text(actor, "why") ?: "left out")),
		};
	}
}

/* Add findings that were made while the actors were measured, outside any case */
static void add_measurements(struct exercise_tests *tests, struct json_object *summary)
{
	uint64_t all = sum(json_object_object_get(summary, "findings"), "count");
	uint64_t of_cases = sum(json_object_object_get(summary, "cases"), "findings");

	if (all > of_cases)
		*APPEND(tests->list, tests->count) = (struct exercise_test){
			.scenario = "run",
			.name = memory_check(strdup("measure")),
			.result = TEST_FAILED,
			.findings = all - of_cases,
			.why = memory_check(strdup("found while the actors were measured alone")),
		};
}

static void add_end(struct exercise_tests *tests, struct json_object *summary)
{
	const char *ended = record_text(summary, "ended"), *why = record_text(summary, "why");
	bool complete = streq(ended, "complete");

	*APPEND(tests->list, tests->count) = (struct exercise_test){
		.scenario = "run",
		.name = memory_check(strdup("complete")),
		.result = complete			? TEST_PASSED
			  : streq(ended, "interrupted") ? TEST_SKIPPED
							: TEST_FAILED,
		.trials = record_number(summary, "trials"),
		.why = complete ? NULL : xasprintf("%s%s%s", ended, why ? ": " : "", why ?: ""),
	};
}

/* Sort by scenario; within each one keep the order of the summary */
void tests_of_summary(struct json_object *summary, struct exercise_tests *tests)
{
	static const char *const scenarios[] = {"alone", "race", "storm"};
	struct json_object *cases = json_object_object_get(summary, "cases");

	*tests = (struct exercise_tests){0};
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		for (size_t j = 0; j < json_length(cases); j++) {
			struct json_object *race_case = json_object_array_get_idx(cases, j);

			if (streq(record_text(race_case, "scenario"), scenarios[i]))
				add_case(tests, summary, race_case);
		}
	}
	add_left_out(tests, summary);
	add_measurements(tests, summary);
	add_end(tests, summary);
}

void tests_release(struct exercise_tests *tests)
{
	for (size_t i = 0; i < tests->count; i++) {
		free(tests->list[i].name);
		free(tests->list[i].why);
	}
	free(tests->list);
	*tests = (struct exercise_tests){0};
}
