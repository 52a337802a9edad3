// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exercise/report/merge.h"
#include "exercise/report/read-log.h"
#include "exercise/report/summary.h"
#include "exercise/schedule.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"

/* A trial or a measurement, with its result */
struct part {
	bool is_trial;
	uint64_t number; /* of the trial */
	size_t order;	 /* among all parts, as they were read */
	struct json_object *records;
};

struct merge {
	const struct shard_log *logs;
	size_t nr_logs;
	struct json_object
		*start; /* of the first log: the starts of the other logs must match it */
	size_t nr_cases, nr_shards;
	const struct shard_log **by_shard; /* index 0 is shard 1; NULL: missing */
	struct part *parts;
	size_t nr_parts;
};

/* The members that must be equal in all starts of all logs */
static const char *const same_in_all[] = {"version", "kernel",	"host",	    "seed", "shards",
					  "cases",   "options", "left_out", "check"};

static struct json_object *first_start(struct json_object *records)
{
	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		if (record_is(record, "start"))
			return record;
	}
	return NULL;
}

static const char *text_of(struct json_object *start, const char *key)
{
	struct json_object *value = json_object_object_get(start, key);

	return value ? json_object_get_string(value) : "none";
}

/* Check that it is the log of a shard */
static char *check_shard(const struct shard_log *log, struct json_object *start)
{
	uint64_t shard = record_number(start, "shard"), shards = record_number(start, "shards");

	if (!start)
		return xasprintf("%s has no run in it", log->path);
	if (json_object_object_get_ex(start, "merged", NULL))
		return xasprintf("%s was merged already", log->path);
	if (!json_object_object_get_ex(start, "shards", NULL))
		return xasprintf("%s is the log of a whole run, not of a shard", log->path);
	if (shard == 0 || shard > shards || shards > SHARDS_MAX)
		return xasprintf("%s is of shard %" PRIu64 " of %" PRIu64 ", which cannot be",
				 log->path, shard, shards);
	return NULL;
}

/* Check one start record: a log that was continued has several. */
static char *check_start(const struct merge *merge, const struct shard_log *log,
			 struct json_object *start)
{
	for (size_t i = 0; i < sizeof(same_in_all) / sizeof(*same_in_all); i++) {
		const char *key = same_in_all[i];

		if (!json_object_equal(json_object_object_get(merge->start, key),
				       json_object_object_get(start, key)))
			return xasprintf("%s has another %s than %s: %s, and not %s", log->path,
					 key, merge->logs[0].path, text_of(start, key),
					 text_of(merge->start, key));
	}
	if (record_number(start, "shard") != record_number(first_start(log->records), "shard"))
		return xasprintf("%s has two shards", log->path);
	return NULL;
}

static char *check_trial(const struct merge *merge, const struct shard_log *log,
			 struct json_object *trial, const uint64_t *last)
{
	uint64_t number = record_number(trial, "trial"), race_case = record_number(trial, "case");
	uint64_t shard = record_number(first_start(log->records), "shard");

	if (race_case >= merge->nr_cases ||
	    shard_of(number, race_case, merge->nr_cases, merge->nr_shards) != shard)
		return xasprintf("%s: trial %" PRIu64 " is not one of shard %" PRIu64 " of %zu",
				 log->path, number, shard, merge->nr_shards);
	if (last && number <= *last)
		return xasprintf("%s: trial %" PRIu64 " comes after trial %" PRIu64
				 ": it is the log of several runs",
				 log->path, number, *last);
	return NULL;
}

static char *check_starts(const struct merge *merge, const struct shard_log *log)
{
	char *why = NULL;

	for (size_t i = 0; !why && i < json_length(log->records); i++) {
		struct json_object *record = json_object_array_get_idx(log->records, i);

		if (record_is(record, "start"))
			why = check_start(merge, log, record);
	}
	return why;
}

static char *check_trials(const struct merge *merge, const struct shard_log *log)
{
	bool begun = false;
	uint64_t last = 0;
	char *why = NULL;

	for (size_t i = 0; !why && i < json_length(log->records); i++) {
		struct json_object *record = json_object_array_get_idx(log->records, i);

		if (!record_is(record, "trial"))
			continue;
		why = check_trial(merge, log, record, begun ? &last : NULL);
		last = record_number(record, "trial");
		begun = true;
	}
	return why;
}

/* Store the log as that of its shard, and refuse a second log of the same shard */
static char *place_log(struct merge *merge, const struct shard_log *log)
{
	uint64_t shard = record_number(first_start(log->records), "shard");
	const struct shard_log **place = &merge->by_shard[shard - 1];

	if (*place)
		return xasprintf("%s and %s are both of shard %" PRIu64, (*place)->path, log->path,
				 shard);
	*place = log;
	return NULL;
}

static char *check_logs(struct merge *merge)
{
	char *why = check_shard(&merge->logs[0], merge->start);

	if (why)
		return why;
	merge->nr_cases = json_length(json_object_object_get(merge->start, "cases"));
	merge->nr_shards = record_number(merge->start, "shards");
	merge->by_shard = memory_check(calloc(merge->nr_shards, sizeof(*merge->by_shard)));
	for (size_t i = 0; !why && i < merge->nr_logs; i++) {
		const struct shard_log *log = &merge->logs[i];

		why = check_shard(log, first_start(log->records))
			?: check_starts(merge, log)
			?: place_log(merge, log);
	}
	for (size_t i = 0; !why && i < merge->nr_logs; i++)
		why = check_trials(merge, &merge->logs[i]);
	return why;
}

static void begin_part(struct merge *merge, struct json_object *record)
{
	struct part *part = APPEND(merge->parts, merge->nr_parts);

	*part = (struct part){
		.is_trial = record_is(record, "trial"),
		.number = record_number(record, "trial"),
		.order = merge->nr_parts,
		.records = json_new_array(),
	};
	json_append(part->records, json_object_get(record));
}

/*
 * A trial without a result means that the machine died in it, unless the record of the end says
 * that the exerciser itself failed. Put that end right after the trial, so that a reader sees it
 * even if another shard's record would come next.
 */
static void end_part(struct part *part, struct json_object *record)
{
	bool ends = record &&
		    (record_is(record, "result") || record_is(record, "crash") ||
		     (record_is(record, "end") && streq(record_text(record, "how"), "failed")));
	struct json_object *death;

	if (ends) {
		json_append(part->records, json_object_get(record));
		return;
	}
	death = json_new_object();
	json_add_string(death, "record", "crash");
	json_append(part->records, death);
}

static void read_parts(struct merge *merge, const struct shard_log *log)
{
	struct json_object *records = log->records;
	bool open = false;

	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);
		bool begins = record_is(record, "trial") || record_is(record, "measure");

		if (!begins && !record_is(record, "start") && !record_is(record, "result") &&
		    !record_is(record, "crash") && !record_is(record, "end"))
			continue;
		if (open &&
		    !(record_is(record, "end") && !streq(record_text(record, "how"), "failed"))) {
			end_part(&merge->parts[merge->nr_parts - 1], record);
			open = false;
		}
		if (begins)
			begin_part(merge, record);
		open |= begins;
	}
	if (open)
		end_part(&merge->parts[merge->nr_parts - 1], NULL);
}

/* Measurements come first. */
static int compare_parts(const void *one, const void *other)
{
	const struct part *a = one, *b = other;

	if (a->is_trial != b->is_trial)
		return a->is_trial - b->is_trial;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Rank how a shard ended, from the best to the worst: the whole run ended like its worst shard */
static int rank_of(const char *how)
{
	static const char *const hows[] = {"complete", "interrupted", "running",
					   "stopped",  "died",	      "failed"};

	for (size_t i = 0; i < sizeof(hows) / sizeof(*hows); i++) {
		if (streq(how, hows[i]))
			return (int)i;
	}
	return (int)(sizeof(hows) / sizeof(*hows)); /* the shard is missing */
}

static struct json_object *describe_shard(const struct merge *merge, size_t shard)
{
	const struct shard_log *log = merge->by_shard[shard];
	struct json_object *json = json_new_object();
	struct json_object *summary = log ? summarize_log(log->records) : NULL;

	json_add_number(json, "shard", shard + 1);
	json_add_string(json, "ended", log ? record_text(summary, "ended") : "missing");
	json_add_string(json, "why", record_text(summary, "why"));
	json_add_number(json, "trials", record_number(summary, "trials"));
	json_object_put(summary);
	return json;
}

/* Make the record of the end: how the worst shard ended, and the list of those not complete */
static struct json_object *end_of(struct json_object *shards)
{
	struct json_object *end = json_new_object();
	const char *worst = "complete";
	char *all = NULL;

	for (size_t i = 0; i < json_length(shards); i++) {
		struct json_object *shard = json_object_array_get_idx(shards, i);
		const char *how = record_text(shard, "ended"), *why = record_text(shard, "why");
		_cleanup_free_ char *before = NULL;

		if (rank_of(how) > rank_of(worst))
			worst = how;
		if (streq(how, "complete"))
			continue;
		before = all;
		all = xasprintf("%s%sshard %zu of %zu: %s%s%s", before ?: "", before ? "; " : "",
				i + 1, json_length(shards), how, why ? ": " : "", why ?: "");
	}
	json_add_string(end, "record", "end");
	json_add_string(end, "how", streq(worst, "missing") ? "incomplete" : worst);
	json_add_string(end, "why", all);
	free(all);
	return end;
}

static struct json_object *put_together(struct merge *merge)
{
	struct json_object *records = json_new_array(), *start = NULL, *shards = json_new_array();

	for (size_t i = 0; i < merge->nr_shards; i++) {
		json_append(shards, describe_shard(merge, i));
		if (merge->by_shard[i])
			read_parts(merge, merge->by_shard[i]);
	}
	if (merge->nr_parts > 0)
		qsort(merge->parts, merge->nr_parts, sizeof(*merge->parts), compare_parts);
	memory_check(json_object_deep_copy(merge->start, &start, NULL) == 0 ? start : NULL);
	json_object_object_del(start, "shard");
	json_add_number(start, "first", 0);
	json_add(start, "merged", shards);
	json_append(records, start);
	for (size_t i = 0; i < merge->nr_parts; i++) {
		struct json_object *part = merge->parts[i].records;

		for (size_t j = 0; j < json_length(part); j++)
			json_append(records, json_object_get(json_object_array_get_idx(part, j)));
		json_object_put(part);
	}
	json_append(records, end_of(shards));
	return records;
}

struct json_object *merge_logs(const struct shard_log *logs, size_t count, char **why)
{
	struct merge merge = {
		.logs = logs,
		.nr_logs = count,
		.start = first_start(logs[0].records),
	};
	struct json_object *records = NULL;

	*why = check_logs(&merge);
	if (!*why)
		records = put_together(&merge);
	free(merge.by_shard);
	free(merge.parts);
	return records;
}
