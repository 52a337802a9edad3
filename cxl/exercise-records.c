// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "cxl/attach/exercise.h"
#include "cxl/attach/schedule.h"
#include "cxl/attach/splat.h"
#include "cxl/exercise-records.h"
#include "cxl/takedown-draw.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/kmsg.h"
#include "util/memory.h"

static struct json_object *new_record(const char *record)
{
	struct json_object *json = json_new_object();
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	json_add_string(json, "record", record);
	json_add_number(json, "time_us",
			(uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	return json;
}

static struct json_object *actors_of(const struct contest *contest)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < contest->nr_actors; i++)
		json_append(array, json_object_new_string(actor_name(contest->actors[i])));
	return array;
}

struct json_object *exercise_record_start(const struct exercise *exercise,
					  const struct schedule *schedule, uint64_t seed,
					  size_t first)
{
	struct json_object *json = new_record("start");
	struct json_object *contests = json_new_array();
	struct utsname kernel;

	uname(&kernel);
	json_add_string(json, "kernel", kernel.release);
	json_add_string(json, "host", exercise->host);
	json_add_number(json, "seed", seed);
	json_add_number(json, "first", first);
	for (size_t i = 0; i < schedule->nr_contests; i++) {
		struct json_object *contest = json_new_object();

		json_add_string(contest, "scenario", scenario_name(schedule->contests[i].scenario));
		json_add(contest, "actors", actors_of(&schedule->contests[i]));
		json_append(contests, contest);
	}
	json_add(json, "contests", contests);
	return json;
}

static struct json_object *report_deed(const struct deed *deed)
{
	struct json_object *json = json_new_object(), *steps = json_new_array();

	json_add_string(json, "actor", actor_name(deed->actor));
	json_add_number(json, "delay_us", deed->delay_us);
	for (size_t i = 0; i < deed->nr_steps; i++) {
		_cleanup_free_ char *step = draw_step(&deed->steps[i]);

		json_append(steps, json_object_new_string(step));
	}
	json_add(json, "steps", steps);
	return json;
}

static void add_deeds(struct json_object *json, const struct outcome *outcome)
{
	struct json_object *deeds = json_new_array();

	for (size_t i = 0; i < outcome->nr_deeds; i++)
		json_append(deeds, report_deed(&outcome->deeds[i]));
	json_add(json, "deeds", deeds);
}

struct json_object *exercise_record_measure(const struct outcome *outcome)
{
	struct json_object *json = new_record("measure");

	add_deeds(json, outcome);
	return json;
}

struct json_object *exercise_record_trial(const struct trial *trial, const struct outcome *outcome)
{
	struct json_object *json = new_record("trial");

	json_add_number(json, "trial", trial->number);
	json_add_number(json, "contest", trial->contest);
	json_add(json, "place", json_object_new_double(trial->place));
	json_add_string(json, "way", way_name(trial->way));
	json_add_number(json, "lasts_us", outcome->deeds[0].lasts_us);
	add_deeds(json, outcome);
	return json;
}

static uint64_t first_begun(const struct outcome *outcome)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < outcome->nr_deeds; i++) {
		if (outcome->deeds[i].begun_us && outcome->deeds[i].begun_us < first)
			first = outcome->deeds[i].begun_us;
	}
	return first;
}

static struct json_object *report_times(const struct deed *deed, uint64_t first)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "actor", actor_name(deed->actor));
	if (deed->begun_us)
		json_add_number(json, "begun_us", deed->begun_us - first);
	if (deed->ended_us)
		json_add_number(json, "ended_us", deed->ended_us - first);
	if (deed->rc < 0)
		json_add_string(json, "error", strerror(-deed->rc));
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

struct json_object *exercise_record_result(const struct trial *trial, const struct outcome *outcome,
					   uint64_t took_us)
{
	struct json_object *json = new_record("result");
	struct json_object *deeds = json_new_array(), *findings = json_new_array();

	if (trial)
		json_add_number(json, "trial", trial->number);
	json_add_number(json, "took_us", took_us);
	json_add_number(json, "exposure_us", outcome->exposure_us);
	if (outcome->log_lost)
		json_add_bool(json, "log_lost", true);
	for (size_t i = 0; i < outcome->nr_deeds; i++)
		json_append(deeds, report_times(&outcome->deeds[i], first_begun(outcome)));
	json_add(json, "deeds", deeds);
	for (size_t i = 0; i < outcome->nr_findings; i++)
		json_append(findings, report_finding(outcome->findings[i].kind,
						     outcome->findings[i].signature,
						     outcome->findings[i].detail));
	json_add(json, "findings", findings);
	return json;
}

struct json_object *exercise_record_end(const char *how, const char *why)
{
	struct json_object *json = new_record("end");

	json_add_string(json, "how", how);
	json_add_string(json, "why", why);
	return json;
}

/* What a line of the log begins with before each trial */
static const char mark[] = "cxl exercise-autoremove: trial ";

char *exercise_mark(const struct trial *trial, const struct contest *contest)
{
	char *text = memory_print("%s%zu:", mark, trial->number);

	for (size_t i = 0; i < contest->nr_actors; i++) {
		_cleanup_free_ char *before = text;

		text = memory_print("%s %s", before, actor_name(contest->actors[i]));
	}
	return text;
}

/* "[   12.345678] text", or "[   12.345678][  T81] text": the text */
static char *without_time(char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	while (*line == '[' && strchr(line, ']'))
		line = strchr(line, ']') + 1;
	return *line == ' ' ? line + 1 : line;
}

/* The lines since the last trial began */
static struct watch_line *read_log(FILE *file, size_t *count)
{
	struct watch_line *lines = NULL;
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
		*append(lines, *count) = (struct watch_line){
			.text = memory_check(strdup(text)),
			.splat = kmsg_splat(text),
		};
	}
	return lines;
}

static char *join_lines(const struct watch_line *lines, size_t count)
{
	char *text = memory_check(strdup(""));

	for (size_t i = 0; i < count; i++) {
		_cleanup_free_ char *before = text;

		text = memory_print("%s%s\n", before, lines[i].text);
	}
	return text;
}

struct json_object *exercise_record_crash(const char *log)
{
	FILE *file = fopen(log, "re");
	struct json_object *json, *findings;
	struct watch_line *lines;
	struct splats splats;
	size_t count;

	if (!file)
		return NULL;
	lines = read_log(file, &count);
	fclose(file);
	json = new_record("crash");
	findings = json_new_array();
	splats_find(lines, count, &splats);
	for (size_t i = 0; i < splats.count; i++) {
		const struct splat *splat = &splats.list[i];
		_cleanup_free_ char *detail = join_lines(lines + splat->first, splat->count);

		json_append(findings, report_finding("splat", splat->signature, detail));
	}
	json_add(json, "findings", findings);
	splats_release(&splats);
	for (size_t i = 0; i < count; i++)
		free(lines[i].text);
	free(lines);
	return json;
}
