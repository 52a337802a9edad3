// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cxl/attach/schedule.h"
#include "cxl/attach/shrink.h"
#include "cxl/exercise-shrink.h"
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
	return text_same(text_in(record, "record"), kind);
}

static void add_actor(struct attempt *attempt, const char *name)
{
	enum actor actor;

	if (!name || !actor_from_name(name, &actor))
		return;
	attempt->twice = attempt->actors == 1U << actor;
	attempt->actors |= 1U << actor;
}

/* An actor that is measured acts in no particular way. */
static enum way way_in(struct json_object *json, const char *key)
{
	const char *name = text_in(json, key);
	enum way way;

	return name && way_from_name(name, &way) ? way : WAY_TURNS;
}

/* Which actors a trial has: those of its contest, of the records' start; or who was measured */
static void read_contest(struct json_object *start, struct json_object *trial,
			 struct attempt *attempt)
{
	struct json_object *contests = get(start, "contests"), *actors,
			   *deeds = get(trial, "deeds");
	size_t number = json_object_get_uint64(get(trial, "contest"));

	if (is_record(trial, "measure") && json_length(deeds) > 0)
		add_actor(attempt, json_object_get_string(
					   get(json_object_array_get_idx(deeds, 0), "actor")));
	if (is_record(trial, "measure") || number >= json_length(contests))
		return;
	actors = get(json_object_array_get_idx(contests, number), "actors");
	for (size_t i = 0; i < json_length(actors); i++)
		add_actor(attempt, json_object_get_string(json_object_array_get_idx(actors, i)));
}

static bool has_finding(struct json_object *record, const char *signature)
{
	struct json_object *findings = get(record, "findings");

	for (size_t i = 0; i < json_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);

		if (text_same(json_object_get_string(get(finding, "signature")), signature))
			return true;
	}
	return false;
}

static size_t number_of(struct json_object *trial)
{
	return json_object_get_uint64(get(trial, "contest"));
}

/* How many trials of its contest there were, up to the one at @last */
static size_t trials_until(struct json_object *records, size_t last, size_t contest)
{
	size_t count = 0;

	for (size_t i = 0; i <= last; i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		count += is_record(record, "trial") && number_of(record) == contest;
	}
	return count;
}

/* Where the finding was seen first: the contest, how many trials it took, and the place */
static bool find_shown(struct json_object *records, const char *signature, struct attempt *attempt)
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
		attempt->shown = true;
		attempt->shown_place = json_object_get_double(get(trial, "place"));
		attempt->shown_way = way_in(trial, "way");
		attempt->trials = is_record(trial, "measure")
					  ? 1
					  : trials_until(records, i, number_of(trial));
		attempt->actors = 0;
		attempt->twice = false;
		read_contest(start, trial, attempt);
		return true;
	}
	return false;
}

static struct json_object *attempt_to_json(const struct attempt *attempt)
{
	struct json_object *json = json_new_object(), *actors = json_new_array();

	json_add_string(json, "record", "attempt");
	for (int i = 0; i < NR_ACTORS; i++) {
		if (attempt->actors & 1U << i)
			json_append(actors, json_object_new_string(actor_name((enum actor)i)));
		if (attempt->actors == 1U << i && attempt->twice)
			json_append(actors, json_object_new_string(actor_name((enum actor)i)));
	}
	json_add(json, "actors", actors);
	if (attempt->one_way)
		json_add_string(json, "way", way_name(attempt->way));
	if (attempt->at_one_place)
		json_add(json, "place", json_object_new_double(attempt->place));
	json_add_number(json, "iterations", attempt->iterations);
	json_add_bool(json, "shown", attempt->shown);
	json_add_number(json, "trials", attempt->trials);
	json_add(json, "shown_place", json_object_new_double(attempt->shown_place));
	json_add_string(json, "shown_way", way_name(attempt->shown_way));
	return json;
}

static struct attempt attempt_from_json(struct json_object *json)
{
	struct json_object *actors = get(json, "actors"), *place;
	struct attempt attempt = {
		.iterations = json_object_get_uint64(get(json, "iterations")),
		.shown = json_object_get_boolean(get(json, "shown")),
		.trials = json_object_get_uint64(get(json, "trials")),
		.shown_place = json_object_get_double(get(json, "shown_place")),
		.one_way = get(json, "way") != NULL,
		.way = way_in(json, "way"),
		.shown_way = way_in(json, "shown_way"),
	};

	for (size_t i = 0; i < json_length(actors); i++)
		add_actor(&attempt, json_object_get_string(json_object_array_get_idx(actors, i)));
	attempt.at_one_place = json_object_object_get_ex(json, "place", &place);
	if (attempt.at_one_place)
		attempt.place = json_object_get_double(place);
	return attempt;
}

static struct attempt *read_attempts(const char *path, size_t *count)
{
	struct json_object *records = records_read(path);
	struct attempt *attempts = NULL;

	*count = 0;
	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		if (is_record(record, "attempt"))
			*append(attempts, *count) = attempt_from_json(record);
	}
	json_object_put(records);
	return attempts;
}

/* As options of exercise-autoremove */
static char *options_of(const struct attempt *attempt)
{
	_cleanup_free_ char *actors = NULL, *place = NULL;
	const char *how;
	int count = __builtin_popcount(attempt->actors);

	for (int i = 0; i < NR_ACTORS; i++) {
		for (int times = attempt->twice ? 2 : 1; times > 0; times--) {
			_cleanup_free_ char *before = actors;

			if (attempt->actors & 1U << i)
				actors = memory_print("%s%s%s", before ?: "", before ? "," : "",
						      actor_name((enum actor)i));
			else
				before = NULL;
		}
	}
	place = attempt->at_one_place ? memory_print(" --at=%.4f", attempt->place)
				      : memory_check(strdup(""));
	how = count > 2 ? "storm" : count == 2 || attempt->twice ? "race" : "via";
	return memory_print("--%s=%s%s%s%s --iterations=%zu", how, actors ?: "",
			    attempt->one_way ? " --way=" : "",
			    attempt->one_way ? way_name(attempt->way) : "", place,
			    attempt->iterations);
}

/* How the latest attempt went: the one that was asked for, or the first, which is where it was seen
 */
static int judge(const struct attempt *done, size_t count, struct json_object *records,
		 const char *signature, struct attempt *now)
{
	struct attempt asked = {.iterations = 2 * SWEEP_TRIALS};

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

static int print_next(const struct attempt *done, size_t count)
{
	struct json_object *json = json_new_object();
	struct attempt next;
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
	_cleanup_free_ struct attempt *done = NULL;
	_cleanup_close_ int file = -1;
	struct attempt now;
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
	*append(done, count) = now;
	return print_next(done, count);
}
