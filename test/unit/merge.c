// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merged logs of shards: the summary equals that of one run's log, over many schedules, and for
 * every result of the trials. Logs that do not belong together are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exercise/report/log.h"
#include "exercise/report/merge.h"
#include "exercise/report/read-log.h"
#include "exercise/report/summary.h"
#include "exercise/outcome.h"
#include "exercise/schedule.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"

#define BIT(actor) (1U << (actor))

enum { TRIALS = 20, MOST_SHARDS = 24 };

static const actor_set some = BIT(ACTOR_MEMDEV) | BIT(ACTOR_HOST) | BIT(ACTOR_LIST);

static void open_schedule(struct schedule *schedule, uint64_t seed, struct shard shard)
{
	schedule_open(schedule, seed);
	schedule_add_pairs(schedule, some);
	schedule_add(schedule, SCENARIO_STORM, some);
	schedule_add(schedule, SCENARIO_ALONE, BIT(ACTOR_PORT));
	schedule->shard = shard;
}

static struct json_object *record(const char *kind)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "record", kind);
	return json;
}

/*
 * Add the result of a trial, chosen by its number: the machine died in it, with or without a
 * message, or there were findings
 */
static void add_outcome(struct json_object *log, const struct trial *trial)
{
	static const char *const signatures[] = {"bug x < y", "quiet host", "leak of a port"};
	struct json_object *json = record(trial->number % 11 == 5 ? "crash" : "result");
	struct json_object *findings = json_new_array();

	if (trial->number % 11 == 6) {
		json_object_put(findings);
		json_object_put(json);
		return;
	}
	for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures); i++) {
		struct json_object *finding = json_new_object();
		_cleanup_free_ char *detail = xasprintf("of trial %zu", trial->number);

		json_add_string(finding, "kind", "splat");
		json_add_string(finding, "signature", signatures[i]);
		json_add_string(finding, "detail", detail);
		if (trial->number % (5 + 2 * i) == 3)
			json_append(findings, finding);
		else
			json_object_put(finding);
	}
	json_add_number(json, "took_us", 1000 + trial->number);
	json_add_bool(json, "log_lost", trial->number % 13 == 0);
	json_add(json, "findings", findings);
	json_append(log, json);
}

static struct json_object *start_of(const struct schedule *schedule, uint64_t seed)
{
	return record_start(&(struct log_start){
		.host = "host0", .schedule = schedule, .seed = seed, .trials = TRIALS});
}

/*
 * Make the log of a run of that shard; a run that died is continued, as contrib/lab exercise does
 * it.
 */
static struct json_object *make_log(uint64_t seed, struct shard shard)
{
	struct json_object *log = json_new_array(), *end = record("end");
	struct schedule schedule;
	struct trial trial;

	open_schedule(&schedule, seed, shard);
	json_append(log, start_of(&schedule, seed));
	for (schedule_next(&schedule, &trial); trial.number < TRIALS * schedule.nr_cases;
	     schedule_next(&schedule, &trial)) {
		struct outcome outcome = {0};
		struct json_object *json = record_trial(&trial, &outcome);

		json_append(log, json);
		add_outcome(log, &trial);
		if (trial.number % 11 == 5 || trial.number % 11 == 6)
			json_append(log, start_of(&schedule, seed));
	}
	json_add_string(end, "how", "complete");
	json_append(log, end);
	schedule_close(&schedule);
	return log;
}

static struct shard_log *make_shards(uint64_t seed, size_t count)
{
	struct shard_log *logs = memory_check(calloc(count, sizeof(*logs)));

	for (size_t i = 0; i < count; i++) {
		struct shard shard = {(i * 5 + 2) % count + 1, count}; /* in any order */

		if (count % 5 == 0)
			shard.number = count - i;
		logs[i] = (struct shard_log){"a log", make_log(seed, shard)};
	}
	return logs;
}

static void release(struct shard_log *logs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_object_put(logs[i].records);
	free(logs);
}

static struct json_object *merge(const struct shard_log *logs, size_t count)
{
	_cleanup_free_ char *why = NULL;
	struct json_object *records = merge_logs(logs, count, &why), *summary;

	if (!records)
		fail_msg("%s", why);
	summary = summarize_log(records);
	json_object_put(records);
	return summary;
}

static void the_summary_is_that_of_one_run(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 6; seed++) {
		struct json_object *log = make_log(seed, (struct shard){0});
		struct json_object *whole = summarize_log(log);

		assert_int_equal(record_number(whole, "trials"), TRIALS * 7);
		assert_int_equal(json_length(json_object_object_get(whole, "findings")) > 3, true);
		for (size_t count = 1; count <= MOST_SHARDS; count++) {
			struct shard_log *logs = make_shards(seed, count);
			struct json_object *merged = merge(logs, count);

			json_object_object_del(merged, "shards");
			json_object_object_del(merged, "merged");
			assert_string_equal(json_object_to_json_string(merged),
					    json_object_to_json_string(whole));
			json_object_put(merged);
			release(logs, count);
		}
		json_object_put(whole);
		json_object_put(log);
	}
}

static void a_missing_shard_is_said(void **state)
{
	struct shard_log *logs = make_shards(7, 4);
	struct json_object *merged = merge(logs + 1, 2);

	(void)state;
	assert_true(summary_lacks_shards(merged));
	assert_string_equal(record_text(merged, "why"),
			    "shard 2 of 4: missing; shard 3 of 4: missing");
	json_object_put(merged);
	release(logs, 4);
}

/* Return why these two cannot be merged */
static char *refusal(const struct shard_log *logs)
{
	char *why = NULL;

	assert_null(merge_logs(logs, 2, &why));
	return why;
}

#define REFUSED(logs, text)                                                                        \
	do {                                                                                       \
		_cleanup_free_ char *why = refusal(logs);                                          \
		assert_string_equal(why, text);                                                    \
	} while (0)

static struct json_object *start_in(const struct shard_log *log)
{
	return json_object_array_get_idx(log->records, 0);
}

/* Change each run in the log into one of that shard */
static void pretend(const struct shard_log *log, struct shard shard)
{
	for (size_t i = 0; i < json_length(log->records); i++) {
		struct json_object *start = json_object_array_get_idx(log->records, i);

		if (!record_is(start, "start"))
			continue;
		json_add_number(start, "shard", shard.number);
		json_add_number(start, "shards", shard.count);
	}
}

static void what_does_not_belong_together_is_refused(void **state)
{
	static const char *const keys[] = {"version", "kernel", "host", "seed", "options", "cases"};
	struct shard_log logs[2] = {{"one", make_log(3, (struct shard){1, 2})},
				    {"two", make_log(3, (struct shard){2, 2})}};
	struct shard_log same[2] = {logs[1], {"three", logs[1].records}};
	struct json_object *start = start_in(&logs[1]);

	(void)state;
	json_object_put(merge(logs, 2));
	REFUSED(same, "two and three are both of shard 2");
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct json_object *before =
			json_object_get(json_object_object_get(start, keys[i]));
		_cleanup_free_ char *begins =
			xasprintf("two has another %s than one: other, and not ", keys[i]);
		_cleanup_free_ char *why = NULL;

		json_add_string(start, keys[i], "other");
		why = refusal(logs);
		assert_memory_equal(why, begins, strlen(begins));
		json_add(start, keys[i], before);
	}
	for (size_t i = 0; i < 2; i++)
		json_object_put(logs[i].records);
}

static void what_is_no_shard_of_it_is_refused(void **state)
{
	struct shard_log logs[2] = {{"one", make_log(3, (struct shard){1, 2})},
				    {"two", make_log(3, (struct shard){2, 2})}};
	struct json_object *start = start_in(&logs[1]);

	(void)state;
	json_add_number(start, "shards", 3);
	REFUSED(logs, "two has another shards than one: 3, and not 2");
	json_add_number(start, "shards", 2);
	json_add_number(start, "shard", 3);
	REFUSED(logs, "two is of shard 3 of 2, which cannot be");
	json_add_number(start, "shard", 1);
	REFUSED(logs, "two has two shards");
	json_add_number(start, "shard", 2);
	json_object_object_del(start, "shards");
	REFUSED(logs, "two is the log of a whole run, not of a shard");
	json_add_number(start, "shards", 2);
	json_add_bool(start, "merged", true);
	REFUSED(logs, "two was merged already");
	json_object_object_del(start, "merged");
	json_object_put(merge(logs, 2));
	for (size_t i = 0; i < 2; i++)
		json_object_put(logs[i].records);
}

static void a_log_of_something_else_is_refused(void **state)
{
	struct shard_log logs[2] = {{"one", make_log(3, (struct shard){1, 2})},
				    {"two", json_new_array()}};
	size_t length = json_length(logs[0].records);

	(void)state;
	REFUSED(logs, "two has no run in it");
	json_object_put(logs[1].records);
	/* The same run again in the same log: its trials are there twice. */
	logs[1].records = make_log(3, (struct shard){2, 2});
	for (size_t i = 0; i < length; i++)
		json_append(logs[0].records,
			    json_object_get(json_object_array_get_idx(logs[0].records, i)));
	{
		_cleanup_free_ char *why = refusal(logs);

		assert_non_null(strstr(why, ": it is the log of several runs"));
	}
	json_object_put(logs[0].records);
	/* A shard that has trials of the other shard */
	logs[0].records = make_log(3, (struct shard){0});
	pretend(&logs[0], (struct shard){1, 2});
	{
		_cleanup_free_ char *why = refusal(logs);

		assert_non_null(strstr(why, " is not one of shard 1 of 2"));
	}
	for (size_t i = 0; i < 2; i++)
		json_object_put(logs[i].records);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_summary_is_that_of_one_run),
		cmocka_unit_test(a_missing_shard_is_said),
		cmocka_unit_test(what_does_not_belong_together_is_refused),
		cmocka_unit_test(what_is_no_shard_of_it_is_refused),
		cmocka_unit_test(a_log_of_something_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
