// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exercise/schedule.h"
#include "exercise/shrink-run.h"
#include "exercise/shrink.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/records.h"
#include "util/text.h"

static struct json_object *get(struct json_object *json, const char *key)
{
	return json_object_object_get(json, key);
}

static const char *text_in(struct json_object *json, const char *key)
{
	return json_object_get_string(get(json, key));
}

static bool is_record(struct json_object *record, const char *kind)
{
	return streq(text_in(record, "record"), kind);
}

static void add_actor(struct shrink_trial *shrink_trial, const char *name)
{
	enum actor actor;

	if (!name || !actor_from_name(name, &actor))
		return;
	shrink_trial->twice = shrink_trial->actors == 1U << actor;
	shrink_trial->actors |= 1U << actor;
}

/* An actor that is measured acts in no particular way. */
static enum interleaving interleaving_in(struct json_object *json, const char *key)
{
	const char *name = text_in(json, key);
	enum interleaving interleaving;

	return name && interleaving_from_name(name, &interleaving) ? interleaving
								   : INTERLEAVING_TURNS;
}

/* Which actors a trial has: those of its race_case, of the records' start; or who was measured */
static void read_case(struct json_object *start, struct json_object *trial,
		      struct shrink_trial *shrink_trial)
{
	struct json_object *cases = get(start, "cases"), *actors,
			   *operations = get(trial, "operations");
	size_t number = json_object_get_uint64(get(trial, "case"));

	if (is_record(trial, "measure") && json_length(operations) > 0)
		add_actor(shrink_trial,
			  json_object_get_string(
				  get(json_object_array_get_idx(operations, 0), "actor")));
	if (is_record(trial, "measure") || number >= json_length(cases))
		return;
	actors = get(json_object_array_get_idx(cases, number), "actors");
	for (size_t i = 0; i < json_length(actors); i++)
		add_actor(shrink_trial,
			  json_object_get_string(json_object_array_get_idx(actors, i)));
}

static bool has_finding(struct json_object *record, const char *signature)
{
	struct json_object *findings = get(record, "findings");

	for (size_t i = 0; i < json_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);

		if (streq(json_object_get_string(get(finding, "signature")), signature))
			return true;
	}
	return false;
}

static size_t number_of(struct json_object *trial)
{
	return json_object_get_uint64(get(trial, "case"));
}

/* How many trials of its case there were, up to the one at @last */
static size_t trials_until(struct json_object *records, size_t last, size_t race_case)
{
	size_t count = 0;

	for (size_t i = 0; i <= last; i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		count += is_record(record, "trial") && number_of(record) == race_case;
	}
	return count;
}

/* Where the finding was seen first: the race_case, how many trials it took, and the offset */
static bool find_shown(struct json_object *records, const char *signature,
		       struct shrink_trial *shrink_trial)
{
	struct json_object *start = NULL, *trial = NULL;

	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		if (is_record(record, "start"))
			start = record;
		else if (is_record(record, "trial") || is_record(record, "measure"))
			trial = record;
		if (!start || !trial || !has_finding(record, signature))
			continue;
		shrink_trial->shown = true;
		shrink_trial->shown_offset = json_object_get_double(get(trial, "offset"));
		shrink_trial->shown_interleaving = interleaving_in(trial, "interleaving");
		shrink_trial->trials = is_record(trial, "measure")
					       ? 1
					       : trials_until(records, i, number_of(trial));
		shrink_trial->actors = 0;
		shrink_trial->twice = false;
		read_case(start, trial, shrink_trial);
		return true;
	}
	return false;
}

static struct json_object *attempt_to_json(const struct shrink_trial *shrink_trial)
{
	struct json_object *json = json_new_object(), *actors = json_new_array();

	json_add_string(json, "record", "shrink_trial");
	for (int i = 0; i < NR_ACTORS; i++) {
		if (shrink_trial->actors & 1U << i)
			json_append(actors, json_object_new_string(actor_name((enum actor)i)));
		if (shrink_trial->actors == 1U << i && shrink_trial->twice)
			json_append(actors, json_object_new_string(actor_name((enum actor)i)));
	}
	json_add(json, "actors", actors);
	if (shrink_trial->one_interleaving)
		json_add_string(json, "interleaving",
				interleaving_name(shrink_trial->interleaving));
	if (shrink_trial->at_one_offset)
		json_add(json, "offset", json_object_new_double(shrink_trial->offset));
	json_add_number(json, "iterations", shrink_trial->iterations);
	json_add_bool(json, "shown", shrink_trial->shown);
	json_add_number(json, "trials", shrink_trial->trials);
	json_add(json, "shown_offset", json_object_new_double(shrink_trial->shown_offset));
	json_add_string(json, "shown_interleaving",
			interleaving_name(shrink_trial->shown_interleaving));
	return json;
}

static struct shrink_trial attempt_from_json(struct json_object *json)
{
	struct json_object *actors = get(json, "actors"), *offset;
	struct shrink_trial shrink_trial = {
		.iterations = json_object_get_uint64(get(json, "iterations")),
		.shown = json_object_get_boolean(get(json, "shown")),
		.trials = json_object_get_uint64(get(json, "trials")),
		.shown_offset = json_object_get_double(get(json, "shown_offset")),
		.one_interleaving = get(json, "interleaving") != NULL,
		.interleaving = interleaving_in(json, "interleaving"),
		.shown_interleaving = interleaving_in(json, "shown_interleaving"),
	};

	for (size_t i = 0; i < json_length(actors); i++)
		add_actor(&shrink_trial,
			  json_object_get_string(json_object_array_get_idx(actors, i)));
	shrink_trial.at_one_offset = json_object_object_get_ex(json, "offset", &offset);
	if (shrink_trial.at_one_offset)
		shrink_trial.offset = json_object_get_double(offset);
	return shrink_trial;
}

static struct shrink_trial *read_attempts(const char *path, size_t *count)
{
	struct json_object *records = records_read(path);
	struct shrink_trial *attempts = NULL;

	*count = 0;
	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		if (is_record(record, "shrink_trial"))
			*APPEND(attempts, *count) = attempt_from_json(record);
	}
	json_object_put(records);
	return attempts;
}

/* As options of exercise-autoremove */
static char *options_of(const struct shrink_trial *shrink_trial)
{
	_cleanup_free_ char *actors = NULL, *offset = NULL;
	const char *how;
	int count = __builtin_popcount(shrink_trial->actors);

	for (int i = 0; i < NR_ACTORS; i++) {
		for (int times = shrink_trial->twice ? 2 : 1; times > 0; times--) {
			_cleanup_free_ char *before = actors;

			if (shrink_trial->actors & 1U << i)
				actors = xasprintf("%s%s%s", before ?: "", before ? "," : "",
						   actor_name((enum actor)i));
			else
				before = NULL;
		}
	}
	offset = shrink_trial->at_one_offset ? xasprintf(" --at=%.4f", shrink_trial->offset)
					     : memory_check(strdup(""));
	how = count > 2 ? "storm" : count == 2 || shrink_trial->twice ? "race" : "via";
	return xasprintf(
		"--%s=%s%s%s%s --iterations=%zu", how, actors ?: "",
		shrink_trial->one_interleaving ? " --interleaving=" : "",
		shrink_trial->one_interleaving ? interleaving_name(shrink_trial->interleaving) : "",
		offset, shrink_trial->iterations);
}

/* How the latest shrink_trial went: the one that was asked for, or the first, which is where it was
 * seen
 */
static int judge(const struct shrink_trial *done, size_t count, struct json_object *records,
		 const char *signature, struct shrink_trial *now)
{
	struct shrink_trial asked = {.iterations = 2 * SWEEP_TRIALS};

	if (count > 0 && !shrink_next(done, count, &asked))
		return -EALREADY;
	*now = asked;
	if (find_shown(records, signature, now)) {
		/* Of what was asked for, only how it went is taken. */
		if (count > 0) {
			now->actors = asked.actors;
			now->twice = asked.twice;
		} else if (now->trials > now->iterations) {
			now->iterations = now->trials;
		}
		return now->actors ? 0 : -EINVAL;
	}
	now->shown = false;
	now->trials = now->iterations;
	return count > 0 ? 0 : -ENOENT;
}

static int print_next(const struct shrink_trial *done, size_t count)
{
	struct json_object *json = json_new_object();
	struct shrink_trial next;
	_cleanup_free_ char *least = options_of(shrink_best(done, count));

	json_add_string(json, "least", least);
	if (shrink_next(done, count, &next)) {
		_cleanup_free_ char *options = options_of(&next);

		json_add_string(json, "next", options);
	}
	return json_print(json);
}

int exercise_shrink(const char *attempts, const char *journal, const char *signature)
{
	struct json_object *records = records_read(journal);
	_cleanup_free_ struct shrink_trial *done = NULL;
	_cleanup_close_ int file = -1;
	struct shrink_trial now;
	size_t count;
	int rc;

	if (!records)
		return -errno;
	done = read_attempts(attempts, &count);
	rc = judge(done, count, records, signature, &now);
	json_object_put(records);
	if (rc < 0)
		return rc;
	file = records_open(attempts);
	rc = file < 0 ? file : records_add(file, attempt_to_json(&now));
	if (rc < 0)
		return rc;
	*APPEND(done, count) = now;
	return print_next(done, count);
}
