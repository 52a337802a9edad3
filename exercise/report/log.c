// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "attach/model/observed.h"
#include "attach/model/step.h"
#include "attach/verify/splat.h"
#include "config.h"
#include "exercise/left-out.h"
#include "exercise/outcome.h"
#include "exercise/report/log.h"
#include "exercise/schedule.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/kmsg.h"
#include "util/memory.h"

static struct json_object *new_record(const char *record)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "record", record);
	json_add_number(json, "time_us", clock_today());
	return json;
}

static struct json_object *actors_of(const struct race_case *race_case)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < race_case->nr_actors; i++)
		json_append(array, json_object_new_string(actor_name(race_case->actors[i])));
	return array;
}

static struct json_object *options_of(const struct log_start *start)
{
	const struct schedule *schedule = start->schedule;
	struct json_object *json = json_new_object();

	json_add_number(json, "trials", start->trials);
	if (schedule->one_interleaving)
		json_add_string(json, "interleaving", interleaving_name(schedule->interleaving));
	if (schedule->fixed)
		json_add(json, "offset", json_object_new_double(schedule->offset));
	json_add(json, "timeout", json_object_new_double(start->timeout));
	json_add(json, "max_exposure", json_object_new_double(start->max_exposure));
	return json;
}

struct json_object *record_start(const struct log_start *start)
{
	const struct schedule *schedule = start->schedule;
	struct json_object *json = new_record("start");
	struct json_object *cases = json_new_array();
	struct json_object *left_out = left_out_to_json(start->left_out);
	struct utsname kernel;

	uname(&kernel);
	json_add_string(json, "version", PROGRAM_VERSION);
	json_add_string(json, "kernel", kernel.release);
	json_add_string(json, "host", start->host);
	json_add_number(json, "seed", start->seed);
	json_add_number(json, "first", start->first);
	if (schedule->shard.count > 0) {
		json_add_number(json, "shard", schedule->shard.number);
		json_add_number(json, "shards", schedule->shard.count);
	}
	json_add(json, "options", options_of(start));
	for (size_t i = 0; i < schedule->nr_cases; i++) {
		struct json_object *race_case = json_new_object();

		json_add_string(race_case, "scenario", scenario_name(schedule->cases[i].scenario));
		json_add(race_case, "actors", actors_of(&schedule->cases[i]));
		json_append(cases, race_case);
	}
	json_add(json, "cases", cases);
	if (left_out)
		json_add(json, "left_out", left_out);
	json_add_string(json, "check", start->check);
	return json;
}

static struct json_object *report_operation(const struct operation *operation)
{
	struct json_object *json = json_new_object(), *steps = json_new_array();

	json_add_string(json, "actor", actor_name(operation->actor));
	json_add_number(json, "delay_us", operation->delay_us);
	for (size_t i = 0; i < operation->nr_steps; i++) {
		_cleanup_free_ char *step = step_text(&operation->steps[i]);

		json_append(steps, json_object_new_string(step));
	}
	json_add(json, "steps", steps);
	return json;
}

static void add_operations(struct json_object *json, const struct outcome *outcome)
{
	struct json_object *operations = json_new_array();

	for (size_t i = 0; i < outcome->nr_operations; i++)
		json_append(operations, report_operation(&outcome->operations[i]));
	json_add(json, "operations", operations);
}

struct json_object *record_measure(const struct outcome *outcome)
{
	struct json_object *json = new_record("measure");

	add_operations(json, outcome);
	return json;
}

struct json_object *record_trial(const struct trial *trial, const struct outcome *outcome)
{
	struct json_object *json = new_record("trial");

	json_add_number(json, "trial", trial->number);
	json_add_number(json, "case", trial->race_case);
	if (trial->interleaving != INTERLEAVING_LOOPS)
		json_add(json, "offset", json_object_new_double(trial->offset));
	json_add_string(json, "interleaving", interleaving_name(trial->interleaving));
	json_add_number(json, "lasts_us", outcome->operations[0].lasts_us);
	add_operations(json, outcome);
	return json;
}

static uint64_t first_begun(const struct outcome *outcome)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < outcome->nr_operations; i++) {
		if (outcome->operations[i].begun_us && outcome->operations[i].begun_us < first)
			first = outcome->operations[i].begun_us;
	}
	return first;
}

static struct json_object *report_times(const struct operation *operation, uint64_t first)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "actor", actor_name(operation->actor));
	if (operation->begun_us)
		json_add_number(json, "begun_us", operation->begun_us - first);
	if (operation->ended_us)
		json_add_number(json, "ended_us", operation->ended_us - first);
	if (operation->rc < 0)
		json_add_string(json, "error", strerror(-operation->rc));
	return json;
}

static struct json_object *report_finding(const char *kind, const char *signature,
					  const char *detail)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "kind", kind);
	json_add_string(json, "signature", signature);
	json_add_string(json, "detail", detail);
	return json;
}

struct json_object *record_result(const struct trial *trial, const struct outcome *outcome,
				  uint64_t took_us)
{
	struct json_object *json = new_record("result");
	struct json_object *operations = json_new_array(), *findings = json_new_array();

	if (trial)
		json_add_number(json, "trial", trial->number);
	json_add_number(json, "took_us", took_us);
	json_add_number(json, "exposure_us", outcome->exposure_us);
	if (outcome->log_lost)
		json_add_bool(json, "log_lost", true);
	for (size_t i = 0; i < outcome->nr_operations; i++)
		json_append(operations,
			    report_times(&outcome->operations[i], first_begun(outcome)));
	json_add(json, "operations", operations);
	for (size_t i = 0; i < outcome->nr_findings; i++)
		json_append(findings, report_finding(outcome->findings[i].kind,
						     outcome->findings[i].signature,
						     outcome->findings[i].detail));
	json_add(json, "findings", findings);
	return json;
}

struct json_object *record_end(const char *how, const char *why)
{
	struct json_object *json = new_record("end");

	json_add_string(json, "how", how);
	json_add_string(json, "why", why);
	return json;
}

/* The text that begins the kernel log's line before each trial */
static const char mark[] = "cxl exercise-autoremove: trial ";

char *trial_mark(const struct trial *trial, const struct race_case *race_case)
{
	char *text = xasprintf("%s%zu:", mark, trial->number);

	for (size_t i = 0; i < race_case->nr_actors; i++) {
		_cleanup_free_ char *before = text;

		text = xasprintf("%s %s", before, actor_name(race_case->actors[i]));
	}
	return text;
}

/* Return the text of "[   12.345678] text" or "[   12.345678][  T81] text" */
static char *without_time(char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	while (*line == '[' && strchr(line, ']'))
		line = strchr(line, ']') + 1;
	return *line == ' ' ? line + 1 : line;
}

/* Return the lines of the console since the last trial began */
static struct observed_line *read_console(FILE *file, size_t *count)
{
	struct observed_line *lines = NULL;
	_cleanup_free_ char *buf = NULL;
	size_t size = 0;

	*count = 0;
	while (getline(&buf, &size, file) >= 0) {
		const char *text = without_time(buf);

		if (strstr(text, mark)) {
			for (size_t i = 0; i < *count; i++)
				free(lines[i].text);
			*count = 0;
		}
		*APPEND(lines, *count) = (struct observed_line){
			.text = memory_check(strdup(text)),
			.splat = kmsg_splat(text),
		};
	}
	return lines;
}

static struct json_object *report_splats(const struct observed_line *lines, size_t count)
{
	struct json_object *findings = json_new_array();
	struct splats splats;

	splats_find(lines, count, &splats);
	for (size_t i = 0; i < splats.count; i++) {
		const struct splat *splat = &splats.list[i];
		_cleanup_free_ char *detail = observed_text(lines + splat->first, splat->count);

		json_append(findings, report_finding("splat", splat->signature, detail));
	}
	splats_release(&splats);
	return findings;
}

struct json_object *record_crash(const char *console)
{
	FILE *file = fopen(console, "re");
	struct observed_line *lines;
	struct json_object *json;
	size_t count;

	if (!file)
		return NULL;
	lines = read_console(file, &count);
	fclose(file);
	json = new_record("crash");
	json_add(json, "findings", report_splats(lines, count));
	for (size_t i = 0; i < count; i++)
		free(lines[i].text);
	free(lines);
	return json;
}
