// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "exercise/report/kcidb.h"
#include "exercise/report/read-log.h"
#include "exercise/report/tests.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"

static size_t origin_length(const char *build)
{
	return strspn(build, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

bool kcidb_build_is_valid(const char *build)
{
	size_t length = origin_length(build);

	return length > 0 && build[length] == ':' && build[length + 1];
}

static const char *status_of(const struct exercise_test *test)
{
	static const char *const names[] = {
		[TEST_PASSED] = "PASS", [TEST_FAILED] = "FAIL", [TEST_SKIPPED] = "SKIP"};

	return names[test->result];
}

/* Return the part of a test's id for a shard of the schedule: "-1of2"; "" without shards */
static char *shard_text(struct json_object *summary)
{
	uint64_t shard = record_number(summary, "shard");

	return shard ? xasprintf("-%" PRIu64 "of%" PRIu64, shard, record_number(summary, "shards"))
		     : memory_check(strdup(""));
}

/* The seed distinguishes runs of the same build, and the shard distinguishes the parts of a run. */
static struct json_object *test_json(const struct exercise_test *test, struct json_object *summary,
				     const char *build)
{
	struct json_object *json = json_new_object(), *misc = json_new_object();
	_cleanup_free_ char *origin = memory_check(strndup(build, origin_length(build)));
	_cleanup_free_ char *shard = shard_text(summary);
	_cleanup_free_ char *id = xasprintf("%s-%s-%s-%" PRIu64 "%s", build, test->scenario,
					    test->name, record_number(summary, "seed"), shard);
	_cleanup_free_ char *path =
		xasprintf("cxl_exercise_autoremove.%s.%s", test->scenario, test->name);

	json_add_string(json, "id", id);
	json_add_string(json, "build_id", build);
	json_add_string(json, "origin", origin);
	json_add_string(json, "path", path);
	json_add_string(json, "status", status_of(test));
	json_add_string(json, "comment", test->why);
	json_add_number(misc, "trials", test->trials);
	json_add_number(misc, "findings", test->findings);
	json_add_number(misc, "seed", record_number(summary, "seed"));
	json_add(json, "misc", misc);
	return json;
}

int print_kcidb(struct json_object *summary, const char *build)
{
	struct json_object *json = json_new_object(), *version = json_new_object();
	struct json_object *list = json_new_array();
	struct exercise_tests tests;

	tests_of_summary(summary, &tests);
	for (size_t i = 0; i < tests.count; i++)
		json_append(list, test_json(&tests.list[i], summary, build));
	tests_release(&tests);
	json_add_number(version, "major", 5);
	json_add_number(version, "minor", 0);
	json_add(json, "version", version);
	json_add(json, "tests", list);
	return json_print_foreign(json);
}
