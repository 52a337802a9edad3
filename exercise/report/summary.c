// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "exercise/report/read-log.h"
#include "exercise/report/summary.h"
#include "exercise/report/title.h"
#include "exercise/schedule.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/text.h"

/* The state while the records are read in their order */
struct reading {
	struct json_object *start; /* the latest */
	struct json_object *trial; /* the one that has no result yet; or NULL */
	struct json_object *cases; /* the cases of the report, with their results */
	struct json_object *findings;
	const char *how, *why;
	uint64_t trials, results, took_us, logs_lost;
};

static void count_up(struct json_object *json, const char *key)
{
	json_object_object_add(json, key, json_object_new_uint64(record_number(json, key) + 1));
}

/* Return a case by its number; NULL if another program wrote these records */
static struct json_object *case_of(const struct reading *reading, struct json_object *trial)
{
	size_t number = record_number(trial, "case");

	/* A measurement has no case. */
	if (!json_object_object_get_ex(trial, "case", NULL))
		return NULL;
	return number < json_length(reading->cases)
		       ? json_object_array_get_idx(reading->cases, number)
		       : NULL;
}

static bool is_storm(struct json_object *race_case)
{
	return streq(record_text(race_case, "scenario"), "storm");
}

/* "host,port", or "storm=host,port,list", as the option; a storm that is the only one is "storm" */
static char *name_case(struct json_object *race_case, size_t storms)
{
	struct json_object *actors = json_object_object_get(race_case, "actors");
	char *name = is_storm(race_case) ? memory_check(strdup("storm")) : NULL;
	const char *between = name ? "=" : "";

	if (name && storms == 1)
		return name;
	for (size_t i = 0; i < json_length(actors); i++) {
		_cleanup_free_ char *before = name;

		name = xasprintf("%s%s%s", before ?: "", between,
				 json_object_get_string(json_object_array_get_idx(actors, i)));
		between = ",";
	}
	return name ?: memory_check(strdup("none"));
}

/* Name a trial by its case, and a measurement by its actor */
static char *name_of_trial(const struct reading *reading, struct json_object *trial)
{
	struct json_object *race_case = case_of(reading, trial);
	struct json_object *operations = json_object_object_get(trial, "operations");
	const char *actor = json_length(operations) > 0
				    ? record_text(json_object_array_get_idx(operations, 0), "actor")
				    : NULL;

	return memory_check(strdup(race_case ? record_text(race_case, "name") : actor ?: "unknown"));
}

static struct json_object *find_finding(struct json_object *findings, const char *signature)
{
	for (size_t i = 0; i < json_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);

		if (strcmp(record_text(finding, "signature") ?: "", signature) == 0)
			return finding;
	}
	return NULL;
}

static void count_by(struct json_object *counts, const char *name)
{
	_cleanup_free_ char *valid = json_valid_text(name);

	if (!json_object_object_get_ex(counts, valid, NULL))
		json_add_number(counts, valid, 0);
	count_up(counts, valid);
}

static void add_finding(struct reading *reading, struct json_object *trial, const char *kind,
			const char *signature, const char *detail)
{
	struct json_object *race_case = case_of(reading, trial);
	struct json_object *finding = find_finding(reading->findings, signature);
	_cleanup_free_ char *name = name_of_trial(reading, trial), *title = NULL;

	if (!finding) {
		finding = json_new_object();
		title = finding_title(kind, signature, detail);
		json_add_string(finding, "signature", signature);
		json_add_string(finding, "title", title);
		json_add_string(finding, "kind", kind);
		json_add_number(finding, "count", 0);
		json_add_number(finding, "first_trial", record_number(trial, "trial"));
		json_add(finding, "cases", json_new_object());
		json_add(finding, "interleavings", json_new_object());
		json_add_string(finding, "detail", detail);
		json_append(reading->findings, finding);
	}
	count_up(finding, "count");
	count_by(json_object_object_get(finding, "cases"), name);
	count_by(json_object_object_get(finding, "interleavings"),
		 record_text(trial, "interleaving") ?: interleaving_name(INTERLEAVING_TURNS));
	if (race_case)
		count_up(race_case, "findings");
}

/* Read a trial that has no result: the machine died, or no process returned from the kernel */
static void read_death(struct reading *reading)
{
	_cleanup_free_ char *name = NULL, *signature = NULL;

	if (!reading->trial)
		return;
	name = name_of_trial(reading, reading->trial);
	signature = xasprintf("died in %s", name);
	add_finding(reading, reading->trial, "died", signature,
		    "this trial began and has no result");
	reading->trial = NULL;
}

/* Texts in a log can contain any bytes; texts in the report must be valid UTF-8. */
static struct json_object *read_actors(struct json_object *from)
{
	struct json_object *actors = json_new_array();

	for (size_t i = 0; i < json_length(from); i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(from, i));
		_cleanup_free_ char *valid = json_valid_text(text ?: "none");

		json_append(actors, memory_check(json_object_new_string(valid)));
	}
	return actors;
}

static size_t count_storms(struct json_object *cases)
{
	size_t count = 0;

	for (size_t i = 0; i < json_length(cases); i++)
		count += is_storm(json_object_array_get_idx(cases, i));
	return count;
}

static void read_cases(struct reading *reading, struct json_object *cases)
{
	size_t storms = count_storms(cases);

	for (size_t i = 0; i < json_length(cases); i++) {
		struct json_object *from = json_object_array_get_idx(cases, i);
		struct json_object *race_case = json_new_object();
		_cleanup_free_ char *name = NULL;

		json_add_string(race_case, "scenario", record_text(from, "scenario"));
		json_add(race_case, "actors", read_actors(json_object_object_get(from, "actors")));
		name = name_case(race_case, storms);
		json_add_string(race_case, "name", name);
		json_add_number(race_case, "trials", 0);
		json_add_number(race_case, "findings", 0);
		json_append(reading->cases, race_case);
	}
}

static void read_start(struct reading *reading, struct json_object *start)
{
	read_death(reading);
	if (!reading->start)
		read_cases(reading, json_object_object_get(start, "cases"));
	reading->start = start;
	reading->how = "running";
	reading->why = NULL;
}

static void read_findings(struct reading *reading, struct json_object *trial,
			  struct json_object *findings)
{
	for (size_t i = 0; i < json_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);

		add_finding(reading, trial, record_text(finding, "kind"),
			    record_text(finding, "signature") ?: "",
			    record_text(finding, "detail"));
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
		reading->took_us += record_number(result, "took_us");
	}
	reading->logs_lost += json_object_get_boolean(json_object_object_get(result, "log_lost"));
	read_findings(reading, trial, json_object_object_get(result, "findings"));
}

/* The last kernel messages belong to the trial that has no result. */
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
	if (record_is(record, "start")) {
		read_start(reading, record);
	} else if (record_is(record, "measure")) {
		read_death(reading);
		reading->trial = record;
	} else if (record_is(record, "trial")) {
		struct json_object *race_case = case_of(reading, record);

		read_death(reading);
		reading->trial = record;
		reading->trials++;
		if (race_case)
			count_up(race_case, "trials");
	} else if (record_is(record, "result")) {
		read_result(reading, record);
	} else if (record_is(record, "crash")) {
		read_crash(reading, record);
	} else if (record_is(record, "end")) {
		reading->how = record_text(record, "how");
		reading->why = record_text(record, "why");
		/* The exerciser itself failed in the trial: the machine is not at fault. */
		if (streq(reading->how, "failed"))
			reading->trial = NULL;
	}
}

/* Every shard of a merged log's run, including the missing ones */
static struct json_object *read_merged(struct json_object *from)
{
	struct json_object *shards = json_new_array();

	for (size_t i = 0; i < json_length(from); i++) {
		struct json_object *shard = json_object_array_get_idx(from, i);
		struct json_object *json = json_new_object();

		json_add_number(json, "shard", record_number(shard, "shard"));
		json_add_string(json, "ended", record_text(shard, "ended"));
		json_add_string(json, "why", record_text(shard, "why"));
		json_add_number(json, "trials", record_number(shard, "trials"));
		json_append(shards, json);
	}
	return shards;
}

/* Add which part of the schedule it was, unless it was the whole schedule */
static void add_shards(struct json_object *json, struct json_object *start)
{
	struct json_object *merged;

	if (json_object_object_get_ex(start, "shard", NULL))
		json_add_number(json, "shard", record_number(start, "shard"));
	if (json_object_object_get_ex(start, "shards", NULL))
		json_add_number(json, "shards", record_number(start, "shards"));
	if (json_object_object_get_ex(start, "merged", &merged))
		json_add(json, "merged", read_merged(merged));
}

static void add_reading(struct json_object *json, const struct reading *reading)
{
	struct json_object *start = reading->start, *left_out;

	json_add_string(json, "kernel", start ? record_text(start, "kernel") : NULL);
	json_add_string(json, "host", start ? record_text(start, "host") : NULL);
	if (start)
		json_add_number(json, "seed", record_number(start, "seed"));
	add_shards(json, start);
	json_add_string(json, "ended", reading->how ?: "empty");
	json_add_string(json, "why", reading->why);
	json_add_number(json, "trials", reading->trials);
	if (reading->took_us)
		json_add(json, "trials_per_second",
			 json_object_new_double((double)reading->results * 1000000 /
						(double)reading->took_us));
	json_add_number(json, "logs_lost", reading->logs_lost);
	if (json_object_object_get_ex(start, "left_out", &left_out))
		json_add(json, "left_out", json_object_get(left_out));
	json_add_string(json, "check", start ? record_text(start, "check") : NULL);
	json_add(json, "cases", reading->cases);
	json_add(json, "findings", reading->findings);
}

struct json_object *summarize_log(struct json_object *records)
{
	struct json_object *json = json_new_object();
	struct reading reading = {.cases = json_new_array(), .findings = json_new_array()};

	for (size_t i = 0; i < json_length(records); i++)
		read_record(&reading, json_object_array_get_idx(records, i));
	if (reading.trial)
		reading.how = "died";
	read_death(&reading);
	add_reading(json, &reading);
	return json;
}

bool summary_lacks_shards(struct json_object *summary)
{
	return streq(record_text(summary, "ended"), "incomplete");
}

bool summary_has_findings(struct json_object *summary)
{
	return json_length(json_object_object_get(summary, "findings")) > 0;
}
