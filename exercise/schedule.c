// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "attach/reason/plan.h"
#include "exercise/schedule.h"
#include "util/memory.h"

/* Races and storms last until the slowest actor could have acted this many times. */
#define TIMES_THE_LONGEST 8

/* The longest trial in loops. contrib/bench --time-to-bug shows how soon loops find a crash. */
#define LOOPS_MOST_US 20000000

/* Not every set of actors is a storm, and each storm is different. */
#define DRAWS_FOR_A_STORM 64

const char *actor_name(enum actor actor)
{
	static const char *const names[NR_ACTORS] = {
		[ACTOR_REGION] = "region",
		[ACTOR_LIST] = "list",
		[ACTOR_OPEN] = "open",
		[ACTOR_HOLD] = "hold",
		[ACTOR_MAP] = "map",
		[ACTOR_FWCTL] = "fwctl",
		[ACTOR_RESET] = "reset",
		[ACTOR_SLOT] = "slot",
		[ACTOR_LINK] = "link",
		[ACTOR_REFUSE] = "refuse",
		[ACTOR_LOAD] = "load",
		[ACTOR_NEIGHBOR] = "neighbor",
		[ACTOR_CREATE] = "create-region",
		[ACTOR_ONLINE] = "online-memory",
	};

	return names[actor] ?: detach_method_name((enum detach_method)actor);
}

/* An actor that detaches has the same number as its method. */
_Static_assert((int)ACTOR_MEMDEV == (int)METHOD_MEMDEV &&
		       (int)ACTOR_PCI_REMOVE == METHOD_PCI_REMOVE &&
		       (int)ACTOR_REGION == NR_METHODS,
	       "methods and actors have the same numbers");

bool actor_from_name(const char *name, enum actor *actor)
{
	for (int i = 0; i < NR_ACTORS; i++) {
		if (strcmp(actor_name((enum actor)i), name) == 0) {
			*actor = (enum actor)i;
			return true;
		}
	}
	return false;
}

bool actor_detaches(enum actor actor)
{
	return (int)actor < NR_METHODS;
}

bool actor_only_looks(enum actor actor)
{
	return actor == ACTOR_LIST || actor == ACTOR_OPEN || actor == ACTOR_HOLD ||
	       actor == ACTOR_MAP || actor == ACTOR_FWCTL;
}

actor_set actors_surrounding(void)
{
	return (1U << NR_ACTORS) - (1U << FIRST_SURROUNDING);
}

const char *interleaving_name(enum interleaving interleaving)
{
	static const char *const names[NR_INTERLEAVINGS] = {
		[INTERLEAVING_TURNS] = "turns",
		[INTERLEAVING_HALVES] = "halves",
		[INTERLEAVING_ONE_CPU] = "one-cpu",
		[INTERLEAVING_LOOPS] = "loops",
	};

	return names[interleaving];
}

bool interleaving_from_name(const char *name, enum interleaving *interleaving)
{
	for (int i = 0; i < NR_INTERLEAVINGS; i++) {
		if (strcmp(interleaving_name((enum interleaving)i), name) == 0) {
			*interleaving = (enum interleaving)i;
			return true;
		}
	}
	return false;
}

const char *scenario_name(enum scenario scenario)
{
	static const char *const names[] = {
		[SCENARIO_ALONE] = "alone",
		[SCENARIO_RACE] = "race",
		[SCENARIO_STORM] = "storm",
	};

	return names[scenario];
}

actor_set cases_actors(const struct race_case *cases, size_t count)
{
	actor_set actors = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < cases[i].nr_actors; j++)
			actors |= 1U << cases[i].actors[j];
	}
	return actors;
}

void schedule_open(struct schedule *schedule, uint64_t seed)
{
	*schedule = (struct schedule){
		.random = {(unsigned short)seed, (unsigned short)(seed >> 16),
			   (unsigned short)(seed >> 32)},
		.loops_us = LOOPS_MOST_US,
	};
}

void schedule_close(struct schedule *schedule)
{
	free(schedule->cases);
	free(schedule->order);
	free(schedule->shift);
	free(schedule->buckets);
	*schedule = (struct schedule){0};
}

static bool is_same_case(const struct race_case *one, const struct race_case *other)
{
	return one->scenario == other->scenario && one->nr_actors == other->nr_actors &&
	       memcmp(one->actors, other->actors, one->nr_actors * sizeof(*one->actors)) == 0;
}

bool schedule_add_case(struct schedule *schedule, const struct race_case *race_case)
{
	for (size_t i = 0; i < schedule->nr_cases; i++) {
		if (is_same_case(&schedule->cases[i], race_case))
			return false;
	}
	*APPEND(schedule->cases, schedule->nr_cases) = *race_case;
	return true;
}

bool schedule_add(struct schedule *schedule, enum scenario scenario, actor_set actors)
{
	struct race_case race_case = {.scenario = scenario};

	for (int i = 0; i < NR_ACTORS; i++) {
		if (actors & 1U << i)
			race_case.actors[race_case.nr_actors++] = (enum actor)i;
	}
	return schedule_add_case(schedule, &race_case);
}

void schedule_add_pairs(struct schedule *schedule, actor_set actors)
{
	for (int i = 0; i < NR_ACTORS; i++) {
		for (int j = i; j < NR_ACTORS; j++) {
			enum actor one = (enum actor)i, other = (enum actor)j;

			if (!(actors & 1U << i) || !(actors & 1U << j) ||
			    (actor_only_looks(one) && actor_only_looks(other)))
				continue;
			schedule_add_case(schedule,
					  &(struct race_case){SCENARIO_RACE, {one, other}, 2});
		}
	}
}

static bool suffice_for_storm(actor_set actors)
{
	size_t all = 0, changing = 0;

	for (int i = 0; i < NR_ACTORS; i++) {
		all += (actors >> i) & 1;
		changing += ((actors >> i) & 1) && !actor_only_looks((enum actor)i);
	}
	return all >= 3 && changing >= 2;
}

void schedule_add_storms(struct schedule *schedule, actor_set actors, size_t count)
{
	size_t draws = DRAWS_FOR_A_STORM * count;

	while (count > 0 && draws-- > 0) {
		actor_set storm = actors & (actor_set)nrand48(schedule->random);

		if (suffice_for_storm(storm) && schedule_add(schedule, SCENARIO_STORM, storm))
			count--;
	}
}

/* Return a random number from 0 to @count - 1 */
static size_t pick(struct schedule *schedule, size_t count)
{
	return (size_t)nrand48(schedule->random) % count;
}

/* Fill @numbers with 0 to @count - 1 in random order */
static void shuffle(struct schedule *schedule, size_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t j = pick(schedule, i + 1);

		numbers[i] = numbers[j];
		numbers[j] = i;
	}
}

static size_t nr_races(const struct schedule *schedule)
{
	size_t count = 0;

	for (size_t i = 0; i < schedule->nr_cases; i++)
		count += schedule->cases[i].scenario != SCENARIO_ALONE;
	return count;
}

void schedule_loops_first(struct schedule *schedule, uint64_t budget_us)
{
	size_t races = nr_races(schedule);
	uint64_t each_us;

	if (schedule->one_interleaving || schedule->fixed || races == 0)
		return;
	each_us = budget_us / races;
	schedule->loops_first = true;
	schedule->loops_us = each_us < LOOPS_MOST_US ? each_us : LOOPS_MOST_US;
}

/* A storm makes many pairs meet, and two actors that detach change more than one does. */
static int loops_rank(const struct race_case *race_case)
{
	if (race_case->scenario != SCENARIO_RACE)
		return 0;
	return actor_detaches(race_case->actors[0]) && actor_detaches(race_case->actors[1]) ? 1 : 2;
}

/* Order the cases by rank, and keep the drawn order within each rank */
static void order_loops(const struct schedule *schedule)
{
	size_t count = 0, *order = memory_check(calloc(schedule->nr_cases, sizeof(*order)));

	for (int rank = 0; rank <= 2; rank++) {
		for (size_t i = 0; i < schedule->nr_cases; i++) {
			if (loops_rank(&schedule->cases[schedule->order[i]]) == rank)
				order[count++] = schedule->order[i];
		}
	}
	memcpy(schedule->order, order, count * sizeof(*order));
	free(order);
}

/* Return which trial of its sweep each case makes in this pass; -1: its loops */
static int at_in_sweep(const struct schedule *schedule, size_t pass)
{
	int loops = schedule->loops_first;

	return (int)(pass % (SWEEP_TRIALS + (size_t)loops)) - loops;
}

static void begin_sweep(struct schedule *schedule, size_t race_case)
{
	schedule->shift[race_case] = erand48(schedule->random);
	shuffle(schedule, &schedule->buckets[race_case * SWEEP_TRIALS], SWEEP_TRIALS);
}

static void begin_pass(struct schedule *schedule, size_t pass)
{
	size_t count = schedule->nr_cases;

	if (!schedule->order) {
		schedule->order = memory_check(calloc(count, sizeof(*schedule->order)));
		schedule->shift = memory_check(calloc(count, sizeof(*schedule->shift)));
		schedule->buckets =
			memory_check(calloc(count * SWEEP_TRIALS, sizeof(*schedule->buckets)));
	}
	shuffle(schedule, schedule->order, count);
	if (at_in_sweep(schedule, pass) == -1)
		order_loops(schedule);
	for (size_t i = 0; at_in_sweep(schedule, pass) == 0 && i < count; i++)
		begin_sweep(schedule, i);
}

/* The offset is from -1, where the second actor ends when the first begins, to 1, the opposite. */
static double offset_of(const struct schedule *schedule, size_t race_case, size_t number)
{
	if (schedule->fixed)
		return schedule->offset;
	return ((double)(number % SWEEP_BUCKETS) + schedule->shift[race_case]) * 2 / SWEEP_BUCKETS -
	       1;
}

/* Draw the next trial of any shard: the result does not depend on which shard makes the trial. */
static void draw_trial(struct schedule *schedule, struct trial *trial)
{
	size_t pass = schedule->next / schedule->nr_cases;
	size_t at = schedule->next % schedule->nr_cases, number;
	int at_in = at_in_sweep(schedule, pass);
	const struct race_case *race_case;

	if (at == 0)
		begin_pass(schedule, pass);
	*trial = (struct trial){.number = schedule->next++, .race_case = schedule->order[at]};
	race_case = &schedule->cases[trial->race_case];
	if (race_case->scenario == SCENARIO_ALONE)
		return;
	if (at_in == -1 ||
	    (schedule->one_interleaving && schedule->interleaving == INTERLEAVING_LOOPS)) {
		trial->interleaving = INTERLEAVING_LOOPS;
		trial->loops_us = schedule->loops_us;
		return;
	}
	/* Its bucket, and above that, its interleaving */
	number = schedule->buckets[trial->race_case * SWEEP_TRIALS + (size_t)at_in];
	trial->interleaving = schedule->one_interleaving
				      ? schedule->interleaving
				      : (enum interleaving)(number / SWEEP_BUCKETS);
	if (race_case->scenario == SCENARIO_RACE) {
		double offset = offset_of(schedule, trial->race_case, number);

		trial->offset = offset;
		trial->starts[0] = offset < 0 ? -offset : 0;
		trial->starts[1] = offset > 0 ? offset : 0;
		return;
	}
	for (size_t i = 0; i < race_case->nr_actors; i++)
		trial->starts[i] = erand48(schedule->random);
}

size_t shard_of(size_t number, size_t race_case, size_t nr_cases, size_t count)
{
	size_t pass = number / nr_cases;

	return (pass % count + race_case % count) % count + 1;
}

static bool is_in_shard(const struct schedule *schedule, const struct trial *trial)
{
	const struct shard *shard = &schedule->shard;

	return shard->count == 0 || shard_of(trial->number, trial->race_case, schedule->nr_cases,
					     shard->count) == shard->number;
}

void schedule_next(struct schedule *schedule, struct trial *trial)
{
	do
		draw_trial(schedule, trial);
	while (!is_in_shard(schedule, trial));
}

void schedule_skip(struct schedule *schedule, size_t trials)
{
	struct trial trial;

	for (size_t i = 0; i < trials; i++)
		draw_trial(schedule, &trial);
}

uint64_t case_longest(const struct race_case *race_case, const uint64_t *durations_us)
{
	uint64_t most = 0;

	for (size_t i = 0; i < race_case->nr_actors; i++) {
		if (durations_us[race_case->actors[i]] > most)
			most = durations_us[race_case->actors[i]];
	}
	return most;
}

uint64_t trial_lasts(const struct race_case *race_case, const struct trial *trial,
		     const uint64_t *durations_us)
{
	if (race_case->scenario == SCENARIO_ALONE)
		return 0;
	if (trial->interleaving == INTERLEAVING_LOOPS)
		return trial->loops_us;
	return TIMES_THE_LONGEST * case_longest(race_case, durations_us);
}

void trial_delays(const struct race_case *race_case, const struct trial *trial,
		  const uint64_t *durations_us, uint64_t *delays_us)
{
	for (size_t i = 0; i < race_case->nr_actors; i++) {
		uint64_t whole = race_case->scenario == SCENARIO_RACE
					 ? durations_us[race_case->actors[1 - i]]
					 : case_longest(race_case, durations_us);

		delays_us[i] = (uint64_t)(trial->starts[i] * (double)whole);
	}
}

void trial_priorities(const struct race_case *race_case, const struct trial *trial,
		      const uint64_t *delays_us, int *priorities)
{
	for (size_t i = 0; i < race_case->nr_actors; i++) {
		priorities[i] = trial->interleaving == INTERLEAVING_ONE_CPU;
		for (size_t j = 0;
		     j < race_case->nr_actors && trial->interleaving == INTERLEAVING_ONE_CPU; j++)
			priorities[i] += delays_us[j] < delays_us[i] ||
					 (delays_us[j] == delays_us[i] && j < i);
	}
}
