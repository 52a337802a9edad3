// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exercise/report.h"
#include "exercise/schedule.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/table.h"

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
	struct json_object *start; /* the latest */
	struct json_object *trial; /* that has no result yet; or NULL */
	struct json_object *cases; /* of the report, with what came of each */
	struct json_object *findings;
	const char *how, *why;
	uint64_t trials, results, took_us, logs_lost;
};

static void count_up(struct json_object *json, const char *key)
{
	json_object_object_add(json, key, json_object_new_uint64(number_in(json, key) + 1));
}

/* A case by its number; NULL if these records are not what this program wrote */
static struct json_object *case_of(const struct reading *reading, struct json_object *trial)
{
	size_t number = number_in(trial, "case");

	/* A measurement is of none. */
	if (!json_object_object_get_ex(trial, "case", NULL))
		return NULL;
	return number < json_length(reading->cases)
		       ? json_object_array_get_idx(reading->cases, number)
		       : NULL;
}

static char *name_of(struct json_object *race_case)
{
	struct json_object *actors = json_object_object_get(race_case, "actors");
	const char *scenario = text_in(race_case, "scenario");
	char *name = NULL;

	if (scenario && strcmp(scenario, "storm") == 0)
		return memory_check(strdup("storm"));
	for (size_t i = 0; i < json_length(actors); i++) {
		_cleanup_free_ char *before = name;

		name = xasprintf("%s%s%s", before ?: "", before ? "," : "",
				 json_object_get_string(json_object_array_get_idx(actors, i)));
	}
	return name ?: memory_check(strdup("nobody"));
}

/* Of a measurement, who was measured */
static char *name_of_trial(const struct reading *reading, struct json_object *trial)
{
	struct json_object *race_case = case_of(reading, trial);
	struct json_object *operations = json_object_object_get(trial, "operations");
	const char *actor = json_length(operations) > 0
				    ? text_in(json_object_array_get_idx(operations, 0), "actor")
				    : NULL;

	return race_case ? name_of(race_case) : memory_check(strdup(actor ?: "unknown"));
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

static void count_by(struct json_object *counts, const char *name)
{
	if (!json_object_object_get_ex(counts, name, NULL))
		json_add_number(counts, name, 0);
	count_up(counts, name);
}

static void add_finding(struct reading *reading, struct json_object *trial, const char *kind,
			const char *signature, const char *detail)
{
	struct json_object *race_case = case_of(reading, trial);
	struct json_object *finding = find_finding(reading->findings, signature);
	_cleanup_free_ char *name = name_of_trial(reading, trial);

	if (!finding) {
		finding = json_new_object();
		json_add_string(finding, "signature", signature);
		json_add_string(finding, "kind", kind);
		json_add_number(finding, "count", 0);
		json_add_number(finding, "first_trial", number_in(trial, "trial"));
		json_add(finding, "cases", json_new_object());
		json_add(finding, "interleavings", json_new_object());
		json_add_string(finding, "detail", detail);
		json_append(reading->findings, finding);
	}
	count_up(finding, "count");
	count_by(json_object_object_get(finding, "cases"), name);
	count_by(json_object_object_get(finding, "interleavings"),
		 text_in(trial, "interleaving") ?: interleaving_name(INTERLEAVING_TURNS));
	if (race_case)
		count_up(race_case, "findings");
}

/* A trial that has no result: the machine died, or nobody came back from it */
static void read_death(struct reading *reading)
{
	_cleanup_free_ char *name = NULL, *signature = NULL;

	if (!reading->trial)
		return;
	name = name_of_trial(reading, reading->trial);
	signature = xasprintf("died in %s", name);
	add_finding(reading, reading->trial, "died", signature,
		    "this trial was begun and has no result");
	reading->trial = NULL;
}

static void read_start(struct reading *reading, struct json_object *start)
{
	struct json_object *cases = json_object_object_get(start, "cases");

	read_death(reading);
	if (!reading->start) {
		for (size_t i = 0; i < json_length(cases); i++) {
			struct json_object *from = json_object_array_get_idx(cases, i);
			struct json_object *race_case = json_new_object();

			json_add_string(race_case, "scenario", text_in(from, "scenario"));
			json_add(race_case, "actors",
				 json_object_get(json_object_object_get(from, "actors")));
			json_add_number(race_case, "trials", 0);
			json_add_number(race_case, "findings", 0);
			json_append(reading->cases, race_case);
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
	if (case_of(reading, trial)) {
		reading->results++;
		reading->took_us += number_in(result, "took_us");
	}
	reading->logs_lost += json_object_get_boolean(json_object_object_get(result, "log_lost"));
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
		struct json_object *race_case = case_of(reading, record);

		read_death(reading);
		reading->trial = record;
		reading->trials++;
		if (race_case)
			count_up(race_case, "trials");
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
	struct reading reading = {.cases = json_new_array(), .findings = json_new_array()};

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
	json_add_number(json, "logs_lost", reading.logs_lost);
	json_add(json, "cases", reading.cases);
	json_add(json, "findings", reading.findings);
	return json;
}

bool exercise_has_findings(struct json_object *report)
{
	return json_length(json_object_object_get(report, "findings")) > 0;
}

static int draw_cases(struct json_object *cases)
{
	static const struct table_column columns[] = {
		{"CASE", "case", CELL_TEXT, NULL},
		{"TRIALS", "trials", CELL_NUMBER, NULL},
		{"FINDINGS", "findings", CELL_NUMBER, NULL},
		{0},
	};
	const char *unknown;
	struct table *table = table_new(columns, NULL, "CASE,TRIALS,FINDINGS", false, &unknown);

	for (size_t i = 0; i < json_length(cases); i++) {
		struct json_object *race_case = json_object_array_get_idx(cases, i);
		_cleanup_free_ char *name = name_of(race_case);
		struct json_object *more = json_new_object();

		json_add_string(more, "case", name);
		table_row(table, NULL, race_case, more);
		json_object_put(more);
	}
	return table_print(table);
}

static void draw_counts(struct json_object *counts, const char *before, const char *after)
{
	struct json_object_iterator at = json_object_iter_begin(counts);
	struct json_object_iterator end = json_object_iter_end(counts);

	while (!json_object_iter_equal(&at, &end)) {
		printf("  %s %s%s: %" PRIu64 "\n", before, json_object_iter_peek_name(&at), after,
		       json_object_get_uint64(json_object_iter_peek_value(&at)));
		json_object_iter_next(&at);
	}
}

int exercise_draw(struct json_object *report)
{
	struct json_object *findings = json_object_object_get(report, "findings");
	int rc = draw_cases(json_object_object_get(report, "cases"));

	printf("\ntrials: %" PRIu64 ", findings: %zu; %s%s%s\n", number_in(report, "trials"),
	       json_length(findings), text_in(report, "ended"), text_in(report, "why") ? ": " : "",
	       text_in(report, "why") ?: "");
	if (number_in(report, "logs_lost"))
		printf("of %" PRIu64 " trials, a part of the kernel log was overwritten before it "
		       "was read: there may have been more\n",
		       number_in(report, "logs_lost"));
	for (size_t i = 0; i < json_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);

		printf("\n%s\n  seen: %" PRIu64 ", first in trial %" PRIu64 "\n",
		       text_in(finding, "signature"), number_in(finding, "count"),
		       number_in(finding, "first_trial"));
		draw_counts(json_object_object_get(finding, "cases"), "in", "");
		draw_counts(json_object_object_get(finding, "interleavings"), "by", "");
		printf("%s\n", text_in(finding, "detail") ?: "");
	}
	return rc ?: json_flush();
}
