// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "cxl/attach/exercise.h"
#include "cxl/attach/schedule.h"
#include "cxl/attach/splat.h"
#include "cxl/exercise-report.h"
#include "cxl/takedown-draw.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/kmsg.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/table.h"

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

struct json_object *exercise_record_result(const struct trial *trial, const struct outcome *outcome)
{
	struct json_object *json = new_record("result");
	struct json_object *deeds = json_new_array(), *findings = json_new_array();

	if (trial)
		json_add_number(json, "trial", trial->number);
	json_add_number(json, "took_us", outcome->took_us);
	json_add_number(json, "exposure_us", outcome->exposure_us);
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

static const char *text_in(struct json_object *json, const char *key)
{
	return json_object_get_string(json_object_object_get(json, key));
}

static uint64_t number_in(struct json_object *json, const char *key)
{
	return json_object_get_uint64(json_object_object_get(json, key));
}

static bool is_record(struct json_object *record, const char *kind)
{
	const char *is = text_in(record, "record");

	return is && strcmp(is, kind) == 0;
}

/* While the records are gone through, in their order */
struct reading {
	struct json_object *start;    /* the latest */
	struct json_object *trial;    /* that has no result yet; or NULL */
	struct json_object *contests; /* of the report, with what came of each */
	struct json_object *findings;
	const char *how, *why;
	uint64_t trials, results, took_us;
};

static void count_up(struct json_object *json, const char *key)
{
	json_object_object_add(json, key, json_object_new_uint64(number_in(json, key) + 1));
}

/* A contest by its number; NULL if these records are not what this program wrote */
static struct json_object *contest_of(const struct reading *reading, struct json_object *trial)
{
	size_t number = number_in(trial, "contest");

	/* A measurement is of none. */
	if (!json_object_object_get_ex(trial, "contest", NULL))
		return NULL;
	return number < json_length(reading->contests)
		       ? json_object_array_get_idx(reading->contests, number)
		       : NULL;
}

static char *name_of(struct json_object *contest)
{
	struct json_object *actors = json_object_object_get(contest, "actors");
	const char *scenario = text_in(contest, "scenario");
	char *name = NULL;

	if (scenario && strcmp(scenario, "storm") == 0)
		return memory_check(strdup("storm"));
	for (size_t i = 0; i < json_length(actors); i++) {
		_cleanup_free_ char *before = name;

		name = memory_print("%s%s%s", before ?: "", before ? "," : "",
				    json_object_get_string(json_object_array_get_idx(actors, i)));
	}
	return name ?: memory_check(strdup("nobody"));
}

/* Of a measurement, who was measured */
static char *name_of_trial(const struct reading *reading, struct json_object *trial)
{
	struct json_object *contest = contest_of(reading, trial);
	struct json_object *deeds = json_object_object_get(trial, "deeds");
	const char *actor = json_length(deeds) > 0
				    ? text_in(json_object_array_get_idx(deeds, 0), "actor")
				    : NULL;

	return contest ? name_of(contest) : memory_check(strdup(actor ?: "unknown"));
}

static struct json_object *find_finding(struct json_object *findings, const char *signature)
{
	for (size_t i = 0; i < json_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);

		if (strcmp(text_in(finding, "signature") ?: "", signature) == 0)
			return finding;
	}
	return NULL;
}

static void add_contest(struct json_object *finding, const char *name)
{
	struct json_object *contests = json_object_object_get(finding, "contests");
	struct json_object *count;

	if (!json_object_object_get_ex(contests, name, &count))
		json_add_number(contests, name, 0);
	count_up(contests, name);
}

static void add_finding(struct reading *reading, struct json_object *trial, const char *kind,
			const char *signature, const char *detail)
{
	struct json_object *contest = contest_of(reading, trial);
	struct json_object *finding = find_finding(reading->findings, signature);
	_cleanup_free_ char *name = name_of_trial(reading, trial);

	if (!finding) {
		finding = json_new_object();
		json_add_string(finding, "signature", signature);
		json_add_string(finding, "kind", kind);
		json_add_number(finding, "count", 0);
		json_add_number(finding, "first_trial", number_in(trial, "trial"));
		json_add(finding, "contests", json_new_object());
		json_add_string(finding, "detail", detail);
		json_append(reading->findings, finding);
	}
	count_up(finding, "count");
	add_contest(finding, name);
	if (contest)
		count_up(contest, "findings");
}

/* A trial that has no result: the machine died, or nobody came back from it */
static void read_death(struct reading *reading)
{
	_cleanup_free_ char *name = NULL, *signature = NULL;

	if (!reading->trial)
		return;
	name = name_of_trial(reading, reading->trial);
	signature = memory_print("died in %s", name);
	add_finding(reading, reading->trial, "died", signature,
		    "this trial was begun and has no result");
	reading->trial = NULL;
}

static void read_start(struct reading *reading, struct json_object *start)
{
	struct json_object *contests = json_object_object_get(start, "contests");

	read_death(reading);
	if (!reading->start) {
		for (size_t i = 0; i < json_length(contests); i++) {
			struct json_object *from = json_object_array_get_idx(contests, i);
			struct json_object *contest = json_new_object();

			json_add_string(contest, "scenario", text_in(from, "scenario"));
			json_add(contest, "actors",
				 json_object_get(json_object_object_get(from, "actors")));
			json_add_number(contest, "trials", 0);
			json_add_number(contest, "findings", 0);
			json_append(reading->contests, contest);
		}
	}
	reading->start = start;
	reading->how = "running";
	reading->why = NULL;
}

static void read_findings(struct reading *reading, struct json_object *trial,
			  struct json_object *findings)
{
	for (size_t i = 0; i < json_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);

		add_finding(reading, trial, text_in(finding, "kind"),
			    text_in(finding, "signature") ?: "", text_in(finding, "detail"));
	}
}

static void read_result(struct reading *reading, struct json_object *result)
{
	struct json_object *trial = reading->trial;

	reading->trial = NULL;
	if (!trial)
		return;
	if (contest_of(reading, trial)) {
		reading->results++;
		reading->took_us += number_in(result, "took_us");
	}
	read_findings(reading, trial, json_object_object_get(result, "findings"));
}

/* What the kernel said last is about the trial that has no result. */
static void read_crash(struct reading *reading, struct json_object *crash)
{
	struct json_object *findings = json_object_object_get(crash, "findings");
	bool explained = json_length(findings) > 0;

	reading->how = "died";
	if (reading->trial && explained)
		read_findings(reading, reading->trial, findings);
	else
		read_death(reading);
	reading->trial = NULL;
}

static void read_record(struct reading *reading, struct json_object *record)
{
	if (is_record(record, "start")) {
		read_start(reading, record);
	} else if (is_record(record, "measure")) {
		read_death(reading);
		reading->trial = record;
	} else if (is_record(record, "trial")) {
		struct json_object *contest = contest_of(reading, record);

		read_death(reading);
		reading->trial = record;
		reading->trials++;
		if (contest)
			count_up(contest, "trials");
	} else if (is_record(record, "result")) {
		read_result(reading, record);
	} else if (is_record(record, "crash")) {
		read_crash(reading, record);
	} else if (is_record(record, "end")) {
		reading->how = text_in(record, "how");
		reading->why = text_in(record, "why");
	}
}

struct json_object *exercise_report(struct json_object *records)
{
	struct json_object *json = json_new_object();
	struct reading reading = {.contests = json_new_array(), .findings = json_new_array()};

	for (size_t i = 0; i < json_length(records); i++)
		read_record(&reading, json_object_array_get_idx(records, i));
	if (reading.trial)
		reading.how = "died";
	read_death(&reading);
	json_add_string(json, "kernel", reading.start ? text_in(reading.start, "kernel") : NULL);
	json_add_string(json, "host", reading.start ? text_in(reading.start, "host") : NULL);
	if (reading.start)
		json_add_number(json, "seed", number_in(reading.start, "seed"));
	json_add_string(json, "ended", reading.how ?: "empty");
	json_add_string(json, "why", reading.why);
	json_add_number(json, "trials", reading.trials);
	if (reading.took_us)
		json_add(json, "trials_per_second",
			 json_object_new_double((double)reading.results * 1000000 /
						(double)reading.took_us));
	json_add(json, "contests", reading.contests);
	json_add(json, "findings", reading.findings);
	return json;
}

bool exercise_has_findings(struct json_object *report)
{
	return json_length(json_object_object_get(report, "findings")) > 0;
}

static int draw_contests(struct json_object *contests)
{
	static const struct table_column columns[] = {
		{"CONTEST", "contest", CELL_TEXT, NULL},
		{"TRIALS", "trials", CELL_NUMBER, NULL},
		{"FINDINGS", "findings", CELL_NUMBER, NULL},
		{0},
	};
	const char *unknown;
	struct table *table = table_new(columns, NULL, "CONTEST,TRIALS,FINDINGS", false, &unknown);

	for (size_t i = 0; i < json_length(contests); i++) {
		struct json_object *contest = json_object_array_get_idx(contests, i);
		_cleanup_free_ char *name = name_of(contest);
		struct json_object *more = json_new_object();

		json_add_string(more, "contest", name);
		table_row(table, NULL, contest, more);
		json_object_put(more);
	}
	return table_print(table);
}

/* In which contests, and how often */
static void draw_where(struct json_object *contests)
{
	struct json_object_iterator at = json_object_iter_begin(contests);
	struct json_object_iterator end = json_object_iter_end(contests);

	while (!json_object_iter_equal(&at, &end)) {
		printf("  in %s: %" PRIu64 "\n", json_object_iter_peek_name(&at),
		       json_object_get_uint64(json_object_iter_peek_value(&at)));
		json_object_iter_next(&at);
	}
}

int exercise_draw(struct json_object *report)
{
	struct json_object *findings = json_object_object_get(report, "findings");
	int rc = draw_contests(json_object_object_get(report, "contests"));

	printf("\ntrials: %" PRIu64 ", findings: %zu; %s%s%s\n", number_in(report, "trials"),
	       json_length(findings), text_in(report, "ended"), text_in(report, "why") ? ": " : "",
	       text_in(report, "why") ?: "");
	for (size_t i = 0; i < json_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);

		printf("\n%s\n  seen: %" PRIu64 ", first in trial %" PRIu64 "\n",
		       text_in(finding, "signature"), number_in(finding, "count"),
		       number_in(finding, "first_trial"));
		draw_where(json_object_object_get(finding, "contests"));
		printf("%s\n", text_in(finding, "detail") ?: "");
	}
	return rc ?: json_flush();
}
