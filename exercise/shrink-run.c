// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exercise/report/read-log.h"
#include "exercise/schedule.h"
#include "exercise/shrink-run.h"
#include "exercise/shrink.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/records.h"

static struct json_object *get(struct json_object *json, const char *key)
{
	return json_object_object_get(json, key);
}

static void add_actor(struct candidate *candidate, const char *name)
{
	enum actor actor;

	if (!name || !actor_from_name(name, &actor))
		return;
	candidate->twice = candidate->actors == 1U << actor;
	candidate->actors |= 1U << actor;
}

/* A measurement has no interleaving. */
static enum interleaving interleaving_in(struct json_object *json, const char *key)
{
	const char *name = record_text(json, key);
	enum interleaving interleaving;

	return name && interleaving_from_name(name, &interleaving) ? interleaving
								   : INTERLEAVING_TURNS;
}

/* Read the actors of a trial from its case in the start record, or the actor that was measured */
static void read_case(struct json_object *start, struct json_object *trial,
		      struct candidate *candidate)
{
	struct json_object *cases = get(start, "cases"), *actors,
			   *operations = get(trial, "operations");
	size_t number = record_number(trial, "case");

	if (record_is(trial, "measure") && json_length(operations) > 0)
		add_actor(candidate,
			  record_text(json_object_array_get_idx(operations, 0), "actor"));
	if (record_is(trial, "measure") || number >= json_length(cases))
		return;
	actors = get(json_object_array_get_idx(cases, number), "actors");
	for (size_t i = 0; i < json_length(actors); i++)
		add_actor(candidate, json_object_get_string(json_object_array_get_idx(actors, i)));
}

static bool has_finding(struct json_object *record, const char *signature)
{
	struct json_object *findings = get(record, "findings");

	for (size_t i = 0; i < json_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);

		if (streq(record_text(finding, "signature"), signature))
			return true;
	}
	return false;
}

static size_t number_of(struct json_object *trial)
{
	return record_number(trial, "case");
}

/* Count the trials of the case, up to the trial at @last */
static size_t trials_until(struct json_object *records, size_t last, size_t race_case)
{
	size_t count = 0;

	for (size_t i = 0; i <= last; i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		count += record_is(record, "trial") && number_of(record) == race_case;
	}
	return count;
}

/*
 * Find where the finding was seen first: the case, the number of trials until then, and the offset
 */
static bool find_shown(struct json_object *records, const char *signature,
		       struct candidate *candidate)
{
	struct json_object *start = NULL, *trial = NULL;

	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		if (record_is(record, "start"))
			start = record;
		else if (record_is(record, "trial") || record_is(record, "measure"))
			trial = record;
		if (!start || !trial || !has_finding(record, signature))
			continue;
		candidate->shown = true;
		candidate->shown_offset = json_object_get_double(get(trial, "offset"));
		candidate->shown_interleaving = interleaving_in(trial, "interleaving");
		candidate->shown_trials = record_is(trial, "measure")
						  ? 1
						  : trials_until(records, i, number_of(trial));
		candidate->actors = 0;
		candidate->twice = false;
		read_case(start, trial, candidate);
		return true;
	}
	return false;
}

static struct json_object *candidate_to_json(const struct candidate *candidate)
{
	struct json_object *json = json_new_object(), *actors = json_new_array();

	json_add_string(json, "record", "candidate");
	for (int i = 0; i < NR_ACTORS; i++) {
		if (candidate->actors & 1U << i)
			json_append(actors, json_object_new_string(actor_name((enum actor)i)));
		if (candidate->actors == 1U << i && candidate->twice)
			json_append(actors, json_object_new_string(actor_name((enum actor)i)));
	}
	json_add(json, "actors", actors);
	if (candidate->one_interleaving)
		json_add_string(json, "interleaving", interleaving_name(candidate->interleaving));
	if (candidate->at_one_offset)
		json_add(json, "offset", json_object_new_double(candidate->offset));
	json_add_number(json, "trials", candidate->trials);
	json_add_bool(json, "shown", candidate->shown);
	json_add_number(json, "shown_trials", candidate->shown_trials);
	json_add(json, "shown_offset", json_object_new_double(candidate->shown_offset));
	json_add_string(json, "shown_interleaving",
			interleaving_name(candidate->shown_interleaving));
	return json;
}

static struct candidate candidate_from_json(struct json_object *json)
{
	struct json_object *actors = get(json, "actors"), *offset;
	struct candidate candidate = {
		.trials = record_number(json, "trials"),
		.shown = json_object_get_boolean(get(json, "shown")),
		.shown_trials = record_number(json, "shown_trials"),
		.shown_offset = json_object_get_double(get(json, "shown_offset")),
		.one_interleaving = get(json, "interleaving") != NULL,
		.interleaving = interleaving_in(json, "interleaving"),
		.shown_interleaving = interleaving_in(json, "shown_interleaving"),
	};

	for (size_t i = 0; i < json_length(actors); i++)
		add_actor(&candidate, json_object_get_string(json_object_array_get_idx(actors, i)));
	candidate.at_one_offset = json_object_object_get_ex(json, "offset", &offset);
	if (candidate.at_one_offset)
		candidate.offset = json_object_get_double(offset);
	return candidate;
}

static struct candidate *read_candidates(const char *path, size_t *count)
{
	struct json_object *records = records_read(path);
	struct candidate *candidates = NULL;

	*count = 0;
	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		if (record_is(record, "candidate"))
			*APPEND(candidates, *count) = candidate_from_json(record);
	}
	json_object_put(records);
	return candidates;
}

/* Return the options of exercise-autoremove for a candidate */
static char *options_of(const struct candidate *candidate)
{
	_cleanup_free_ char *actors = NULL, *offset = NULL;
	const char *how;
	int count = __builtin_popcount(candidate->actors);

	for (int i = 0; i < NR_ACTORS; i++) {
		for (int times = candidate->twice ? 2 : 1; times > 0; times--) {
			_cleanup_free_ char *before = actors;

			if (candidate->actors & 1U << i)
				actors = xasprintf("%s%s%s", before ?: "", before ? "," : "",
						   actor_name((enum actor)i));
			else
				before = NULL;
		}
	}
	offset = candidate->at_one_offset ? xasprintf(" --at=%.4f", candidate->offset)
					  : memory_check(strdup(""));
	how = count > 2 ? "storm" : count == 2 || candidate->twice ? "race" : "via";
	return xasprintf("--%s=%s%s%s%s --trials=%zu", how, actors ?: "",
			 candidate->one_interleaving ? " --interleaving=" : "",
			 candidate->one_interleaving ? interleaving_name(candidate->interleaving)
						     : "",
			 offset, candidate->trials);
}

/* Judge the latest candidate: the requested one, or for the first log the one that the log shows */
static int judge(const struct candidate *done, size_t count, struct json_object *records,
		 const char *signature, struct candidate *now)
{
	struct candidate asked = {.trials = 2 * SWEEP_TRIALS};

	if (count > 0 && !shrink_next(done, count, &asked))
		return -EALREADY;
	*now = asked;
	if (find_shown(records, signature, now)) {
		/* For a requested candidate, only the result is taken from the log. */
		if (count > 0) {
			now->actors = asked.actors;
			now->twice = asked.twice;
		} else if (now->shown_trials > now->trials) {
			now->trials = now->shown_trials;
		}
		return now->actors ? 0 : -EINVAL;
	}
	now->shown = false;
	now->shown_trials = now->trials;
	return count > 0 ? 0 : -ENOENT;
}

static int print_next(const struct candidate *done, size_t count)
{
	struct json_object *json = json_new_object();
	struct candidate next;
	_cleanup_free_ char *least = options_of(shrink_best(done, count));

	json_add_string(json, "least", least);
	if (shrink_next(done, count, &next)) {
		_cleanup_free_ char *options = options_of(&next);

		json_add_string(json, "next", options);
	}
	return json_print(json);
}

int shrink_run(const char *candidates, const char *log, const char *signature)
{
	struct json_object *records = records_read(log);
	_cleanup_free_ struct candidate *done = NULL;
	_cleanup_close_ int file = -1;
	struct candidate now;
	size_t count;
	int rc;

	if (!records)
		return -errno;
	done = read_candidates(candidates, &count);
	rc = judge(done, count, records, signature, &now);
	json_object_put(records);
	if (rc < 0)
		return rc;
	file = records_open(candidates);
	rc = file < 0 ? file : records_add(file, candidate_to_json(&now));
	if (rc < 0)
		return rc;
	*APPEND(done, count) = now;
	return print_next(done, count);
}
