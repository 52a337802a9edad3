// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exercise/schedule.h"

#define BIT(actor) (1U << (actor))

static const actor_set some =
	BIT(ACTOR_MEMDEV) | BIT(ACTOR_HOST) | BIT(ACTOR_PORT) | BIT(ACTOR_LIST) | BIT(ACTOR_OPEN);

static void open_default(struct schedule *schedule, uint64_t seed)
{
	schedule_open(schedule, seed);
	schedule_add_pairs(schedule, some);
	schedule_add(schedule, SCENARIO_STORM, some);
}

static void each_case_once(void **state)
{
	const struct race_case race = {SCENARIO_RACE, {ACTOR_PORT, ACTOR_HOST}, 2};
	const struct race_case opposite = {SCENARIO_RACE, {ACTOR_HOST, ACTOR_PORT}, 2};
	struct schedule schedule;

	(void)state;
	schedule_open(&schedule, 1);
	assert_true(schedule_add_case(&schedule, &race));
	assert_true(schedule_add_case(&schedule, &opposite));
	assert_false(schedule_add_case(&schedule, &race));
	assert_true(schedule_add(&schedule, SCENARIO_STORM, BIT(ACTOR_HOST) | BIT(ACTOR_PORT)));
	assert_false(schedule_add(&schedule, SCENARIO_STORM, BIT(ACTOR_HOST) | BIT(ACTOR_PORT)));
	assert_true(schedule_add(&schedule, SCENARIO_ALONE, BIT(ACTOR_HOST)));
	schedule_add_pairs(&schedule, BIT(ACTOR_HOST) | BIT(ACTOR_PORT));
	/* The two races of an actor with itself are new. */
	assert_int_equal(schedule.nr_cases, 6);
	schedule_close(&schedule);
}

static bool meets(const struct race_case *race_case, enum actor one, enum actor other)
{
	return race_case->scenario == SCENARIO_RACE && race_case->nr_actors == 2 &&
	       race_case->actors[0] == one && race_case->actors[1] == other;
}

static void pairs(void **state)
{
	struct schedule schedule;
	size_t found[3] = {0};

	(void)state;
	open_default(&schedule, 1);
	/*
	 * 5 with each other and with themselves, without the 3 pairs that only observe; plus the
	 * storm
	 */
	assert_int_equal(schedule.nr_cases, 15 - 3 + 1);
	for (size_t i = 0; i < schedule.nr_cases; i++) {
		found[0] += meets(&schedule.cases[i], ACTOR_HOST, ACTOR_HOST);
		found[1] += meets(&schedule.cases[i], ACTOR_HOST, ACTOR_PORT);
		found[2] += meets(&schedule.cases[i], ACTOR_LIST, ACTOR_OPEN);
	}
	assert_int_equal(found[0], 1);
	assert_int_equal(found[1], 1);
	assert_int_equal(found[2], 0);
	schedule_close(&schedule);
}

/* Add six storms of these actors, and return the actors of each */
static size_t draw_storms(uint64_t seed, actor_set actors, actor_set *storms)
{
	struct schedule schedule;
	size_t count;

	schedule_open(&schedule, seed);
	schedule_add_storms(&schedule, actors, 6);
	count = schedule.nr_cases;
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(schedule.cases[i].scenario, SCENARIO_STORM);
		storms[i] = cases_actors(&schedule.cases[i], 1);
	}
	schedule_close(&schedule);
	return count;
}

static void drawn_storms(void **state)
{
	const actor_set changing = some & ~(BIT(ACTOR_LIST) | BIT(ACTOR_OPEN));
	actor_set storms[6], others[6];

	(void)state;
	assert_int_equal(draw_storms(7, some, storms), 6);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(storms[i] & ~some, 0);
		assert_true(__builtin_popcount(storms[i]) >= 3);
		assert_true(__builtin_popcount(storms[i] & changing) >= 2);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(storms[i], storms[j]);
	}
	draw_storms(7, some, others);
	assert_memory_equal(storms, others, sizeof(storms));
	draw_storms(8, some, others);
	assert_memory_not_equal(storms, others, sizeof(storms));
}

/* Each actor takes part in about half of the storms, or a few more because three are needed. */
static void each_actor_in_half_of_the_storms(void **state)
{
	size_t seen[NR_ACTORS] = {0};
	actor_set storms[6];

	(void)state;
	for (uint64_t seed = 0; seed < 100; seed++) {
		size_t count = draw_storms(seed, some, storms);

		for (size_t i = 0; i < count * NR_ACTORS; i++)
			seen[i % NR_ACTORS] += (storms[i / NR_ACTORS] >> i % NR_ACTORS) & 1;
	}
	for (int i = 0; i < NR_ACTORS; i++) {
		if (some & 1U << i)
			assert_true(seen[i] >= 300 && seen[i] <= 510);
		else
			assert_int_equal(seen[i], 0);
	}
}

/* Three actors make one storm, and fewer make none. */
static void few_actors_few_storms(void **state)
{
	actor_set storms[6];

	(void)state;
	assert_int_equal(
		draw_storms(1, BIT(ACTOR_HOST) | BIT(ACTOR_PORT) | BIT(ACTOR_OPEN), storms), 1);
	assert_int_equal(draw_storms(1, BIT(ACTOR_HOST) | BIT(ACTOR_PORT), storms), 0);
	assert_int_equal(
		draw_storms(1, BIT(ACTOR_HOST) | BIT(ACTOR_LIST) | BIT(ACTOR_OPEN), storms), 0);
}

static void same_seed_same_schedule(void **state)
{
	struct schedule one, other, third;
	size_t differences = 0;

	(void)state;
	open_default(&one, 7);
	open_default(&other, 7);
	open_default(&third, 8);
	for (int i = 0; i < 1000; i++) {
		struct trial a, b, c;

		schedule_next(&one, &a);
		schedule_next(&other, &b);
		schedule_next(&third, &c);
		assert_memory_equal(&a, &b, sizeof(a));
		differences += a.race_case != c.race_case;
	}
	assert_true(differences > 500);
	schedule_close(&one);
	schedule_close(&other);
	schedule_close(&third);
}

/* A run that continues after an interruption equals one without it. */
static void skipping(void **state)
{
	struct schedule one, other;
	struct trial a, b;

	(void)state;
	open_default(&one, 7);
	open_default(&other, 7);
	for (int i = 0; i < 101; i++)
		schedule_next(&one, &a);
	schedule_skip(&other, 100);
	schedule_next(&other, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(b.number, 100);
	schedule_close(&one);
	schedule_close(&other);
}

struct visits {
	size_t swept[32][NR_SWEPT][SWEEP_BUCKETS]; /* by case */
};

static void visit(struct visits *visits, const struct trial *trial)
{
	double at = trial->starts[1] - trial->starts[0];

	assert_int_not_equal(trial->interleaving, INTERLEAVING_LOOPS);
	/* One of the two starts at once. */
	assert_true(trial->starts[0] == 0 || trial->starts[1] == 0);
	assert_true(at >= -1 && at < 1);
	visits->swept[trial->race_case][trial->interleaving]
		     [(size_t)((at + 1) / 2 * SWEEP_BUCKETS)]++;
}

/* Every sweep of every race has each bucket once; no case occurs more often than others */
static void sweeps(void **state)
{
	struct schedule schedule;

	(void)state;
	open_default(&schedule, 3);
	for (size_t sweep = 0; sweep < 3; sweep++) {
		struct visits visits = {0};

		for (size_t i = 0; i < SWEEP_TRIALS * schedule.nr_cases; i++) {
			struct trial trial;

			schedule_next(&schedule, &trial);
			if (schedule.cases[trial.race_case].scenario == SCENARIO_RACE)
				visit(&visits, &trial);
		}
		for (size_t i = 0; i < schedule.nr_cases; i++) {
			bool race = schedule.cases[i].scenario == SCENARIO_RACE;

			for (size_t j = 0; j < NR_SWEPT * SWEEP_BUCKETS; j++)
				assert_int_equal(
					visits.swept[i][j / SWEEP_BUCKETS][j % SWEEP_BUCKETS],
					race);
		}
	}
	assert_int_equal(schedule.next, 3 * SWEEP_TRIALS * schedule.nr_cases);
	schedule_close(&schedule);
}

/*
 * Count the trials of each case in a shard; each of its trials is the next one of @whole, or a
 * later one
 */
static void check_shard(const struct trial *whole, size_t count, const struct shard *shard,
			uint64_t seed, bool *made)
{
	struct schedule schedule;
	size_t of_case[32] = {0}, most = 0, least = SIZE_MAX;

	open_default(&schedule, seed);
	schedule.shard = *shard;
	for (;;) {
		struct trial trial;

		schedule_next(&schedule, &trial);
		if (trial.number >= count)
			break;
		assert_memory_equal(&trial, &whole[trial.number], sizeof(trial));
		assert_false(made[trial.number]);
		made[trial.number] = true;
		of_case[trial.race_case]++;
		assert_int_equal(
			shard_of(trial.number, trial.race_case, schedule.nr_cases, shard->count),
			shard->number);
	}
	for (size_t i = 0; i < schedule.nr_cases; i++) {
		most = of_case[i] > most ? of_case[i] : most;
		least = of_case[i] < least ? of_case[i] : least;
	}
	assert_true(most - least <= 1);
	schedule_close(&schedule);
}

/* Together the shards make each trial of the schedule once, unchanged. */
static void shards(void **state)
{
	static const size_t counts[] = {1, 2, 3, 4, 5, 7, 13, 16, 48, 64, 97};
	enum { PASSES = SWEEP_TRIALS + 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		uint64_t seed = 1000003 * i + 5;
		struct schedule schedule;
		struct trial *whole;
		size_t count;
		bool *made;

		open_default(&schedule, seed);
		count = PASSES * schedule.nr_cases;
		whole = calloc(count, sizeof(*whole));
		made = calloc(count, sizeof(*made));
		for (size_t j = 0; j < count; j++)
			schedule_next(&schedule, &whole[j]);
		schedule_close(&schedule);
		for (size_t j = 1; j <= counts[i]; j++)
			check_shard(whole, count, &(struct shard){j, counts[i]}, seed, made);
		for (size_t j = 0; j < count; j++)
			assert_true(made[j]);
		free(whole);
		free(made);
	}
}

/* A shard is continued like the whole schedule: by the number of its last trial. */
static void skipping_in_a_shard(void **state)
{
	struct schedule one, other;
	struct trial a, b;

	(void)state;
	open_default(&one, 7);
	open_default(&other, 7);
	one.shard = other.shard = (struct shard){2, 3};
	for (int i = 0; i < 50; i++)
		schedule_next(&one, &a);
	schedule_skip(&other, a.number + 1);
	schedule_next(&one, &a);
	schedule_next(&other, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	schedule_close(&one);
	schedule_close(&other);
}

/*
 * If loops come first, each sweep begins with each race and storm in loops: the storm, then the
 * pairs that detach, then the other pairs. The sweep has no loops.
 */
static void loops_first(void **state)
{
	struct schedule with;
	struct trial trial, swept;

	(void)state;
	open_default(&with, 9);
	schedule_loops_first(&with, 26000000);
	for (size_t sweep = 0; sweep < 3; sweep++) {
		bool seen[32] = {false};
		int rank = 0;

		for (size_t i = 0; i < with.nr_cases; i++) {
			const struct race_case *race_case;
			int is;

			schedule_next(&with, &trial);
			race_case = &with.cases[trial.race_case];
			is = race_case->scenario != SCENARIO_RACE ? 0
			     : actor_detaches(race_case->actors[0]) &&
					     actor_detaches(race_case->actors[1])
				     ? 1
				     : 2;
			assert_true(is >= rank);
			rank = is;
			assert_int_equal(trial.interleaving, INTERLEAVING_LOOPS);
			assert_int_equal(trial.loops_us, 2000000);
			assert_false(seen[trial.race_case]);
			seen[trial.race_case] = true;
		}
		for (size_t i = 0; i < SWEEP_TRIALS * with.nr_cases; i++) {
			schedule_next(&with, &swept);
			assert_int_not_equal(swept.interleaving, INTERLEAVING_LOOPS);
			assert_int_equal(swept.loops_us, 0);
		}
	}
	schedule_close(&with);
}

static uint64_t loops_of(enum scenario scenario, uint64_t budget_us, bool fixed)
{
	struct schedule schedule;
	struct trial trial;

	schedule_open(&schedule, 1);
	schedule.fixed = fixed;
	schedule_add(&schedule, scenario, BIT(ACTOR_HOST) | BIT(ACTOR_PORT));
	schedule_loops_first(&schedule, budget_us);
	schedule_next(&schedule, &trial);
	assert_int_equal(schedule.loops_first, trial.interleaving == INTERLEAVING_LOOPS);
	schedule_close(&schedule);
	return trial.loops_us;
}

/* The time is divided among the cases, within limits. */
static void loops_share_the_time(void **state)
{
	struct schedule many;

	(void)state;
	assert_int_equal(loops_of(SCENARIO_RACE, 7000000, false), 7000000);
	assert_int_equal(loops_of(SCENARIO_RACE, 10, false), 10);
	assert_int_equal(loops_of(SCENARIO_STORM, 150000000, false), 20000000);
	assert_int_equal(loops_of(SCENARIO_RACE, 7000000, true), 0);
	assert_int_equal(loops_of(SCENARIO_ALONE, 7000000, false), 0);
	open_default(&many, 1);
	schedule_add(&many, SCENARIO_ALONE, BIT(ACTOR_HOST));
	schedule_loops_first(&many, 13000000); /* 12 pairs and the storm */
	assert_int_equal(many.loops_us, 1000000);
	schedule_close(&many);
}

/* Without loops at first, loops only run if they are the one interleaving. They have no offset. */
static void loops(void **state)
{
	const uint64_t durations[NR_ACTORS] = {0};
	struct schedule schedule;

	(void)state;
	open_default(&schedule, 9);
	schedule.one_interleaving = true;
	schedule.interleaving = INTERLEAVING_LOOPS;
	for (size_t i = 0; i < 3 * schedule.nr_cases; i++) {
		struct trial trial;

		schedule_next(&schedule, &trial);
		assert_int_equal(trial.interleaving, INTERLEAVING_LOOPS);
		assert_int_equal(trial_lasts(&schedule.cases[trial.race_case], &trial, durations),
				 20000000);
		assert_true(trial.starts[0] == 0 && trial.starts[1] == 0);
	}
	schedule_close(&schedule);
}

static void one_offset(void **state)
{
	struct schedule schedule;
	struct trial trial;

	(void)state;
	schedule_open(&schedule, 3);
	schedule_add(&schedule, SCENARIO_RACE, BIT(ACTOR_HOST) | BIT(ACTOR_PORT));
	schedule.fixed = true;
	schedule.offset = -0.25;
	for (int i = 0; i < 100; i++) {
		schedule_next(&schedule, &trial);
		assert_true(trial.offset == -0.25);
		assert_true(trial.starts[0] == 0.25 && trial.starts[1] == 0);
	}
	schedule_close(&schedule);
}

static void delays(void **state)
{
	const struct race_case race = {SCENARIO_RACE, {ACTOR_HOST, ACTOR_PORT}, 2};
	const struct race_case storm = {SCENARIO_STORM, {ACTOR_HOST, ACTOR_PORT, ACTOR_LIST}, 3};
	const uint64_t durations[NR_ACTORS] = {
		[ACTOR_HOST] = 1000, [ACTOR_PORT] = 4000, [ACTOR_LIST] = 10};
	uint64_t us[NR_ACTORS];

	(void)state;
	trial_delays(&race, &(struct trial){.starts = {0.5, 0}}, durations, us);
	assert_int_equal(us[0], 2000); /* the host starts halfway through the port's time */
	assert_int_equal(us[1], 0);
	trial_delays(&race, &(struct trial){.starts = {0, 0.25}}, durations, us);
	assert_int_equal(us[0], 0);
	assert_int_equal(us[1], 250);
	trial_delays(&storm, &(struct trial){.starts = {0, 0.5, 0.75}}, durations, us);
	assert_int_equal(us[0], 0);
	assert_int_equal(us[1], 2000);
	assert_int_equal(us[2], 3000);
}

/* Count the trials of a storm and a race in an interleaving, in a sweep of all or of one */
static size_t in_interleaving(enum interleaving interleaving, const enum interleaving *only)
{
	struct schedule schedule;
	size_t count = 0;

	schedule_open(&schedule, 3);
	schedule.one_interleaving = only != NULL;
	schedule.interleaving = only ? *only : INTERLEAVING_TURNS;
	schedule_add(&schedule, SCENARIO_RACE, BIT(ACTOR_HOST) | BIT(ACTOR_PORT));
	schedule_add(&schedule, SCENARIO_STORM, some);
	schedule_add(&schedule, SCENARIO_ALONE, BIT(ACTOR_HOST));
	for (size_t i = 0; i < SWEEP_TRIALS * schedule.nr_cases; i++) {
		struct trial trial;

		schedule_next(&schedule, &trial);
		if (trial.race_case == 2)
			assert_int_equal(trial.interleaving, INTERLEAVING_TURNS);
		else
			count += trial.interleaving == interleaving;
	}
	schedule_close(&schedule);
	return count;
}

static void in_which_interleaving(void **state)
{
	(void)state;
	for (int i = 0; i < NR_INTERLEAVINGS; i++) {
		enum interleaving interleaving = (enum interleaving)i,
				  other = (enum interleaving)((i + 1) % NR_INTERLEAVINGS);

		assert_int_equal(in_interleaving(interleaving, NULL),
				 i < NR_SWEPT ? 2 * SWEEP_BUCKETS : 0);
		assert_int_equal(in_interleaving(interleaving, &interleaving), 2 * SWEEP_TRIALS);
		assert_int_equal(in_interleaving(interleaving, &other), 0);
	}
}

static void priorities(void **state)
{
	const struct race_case storm = {SCENARIO_STORM, {ACTOR_HOST, ACTOR_PORT, ACTOR_LIST}, 3};
	const uint64_t delays[NR_ACTORS] = {7, 0, 7};
	int first[NR_ACTORS];

	(void)state;
	trial_priorities(&storm, &(struct trial){.interleaving = INTERLEAVING_ONE_CPU}, delays,
			 first);
	assert_int_equal(first[1], 1);
	assert_int_equal(first[0], 2);
	assert_int_equal(first[2], 3); /* two that start at the same time are not equal */
	trial_priorities(&storm, &(struct trial){.interleaving = INTERLEAVING_HALVES}, delays,
			 first);
	assert_int_equal(first[0] + first[1] + first[2], 0);
}

static void how_long(void **state)
{
	const struct race_case alone = {SCENARIO_ALONE, {ACTOR_HOST}, 1};
	const struct race_case race = {SCENARIO_RACE, {ACTOR_HOST, ACTOR_PORT}, 2};
	const uint64_t durations[NR_ACTORS] = {
		[ACTOR_HOST] = 20, [ACTOR_PORT] = 30, [ACTOR_BUS] = 90};
	const struct trial swept = {.interleaving = INTERLEAVING_HALVES},
			   loops = {.interleaving = INTERLEAVING_LOOPS, .loops_us = 7};

	(void)state;
	assert_int_equal(case_longest(&race, durations), 30); /* of the actors that take part */
	assert_int_equal(trial_lasts(&alone, &swept, durations), 0);
	assert_true(trial_lasts(&race, &swept, durations) > 30);
	assert_int_equal(trial_lasts(&race, &swept, durations) % 30, 0);
	assert_int_equal(trial_lasts(&race, &loops, durations), 7);
}

static void names(void **state)
{
	enum actor actor;
	enum interleaving interleaving;

	(void)state;
	for (int i = 0; i < NR_ACTORS; i++) {
		assert_true(actor_from_name(actor_name((enum actor)i), &actor));
		assert_int_equal(actor, i);
	}
	for (int i = 0; i < NR_INTERLEAVINGS; i++) {
		assert_true(interleaving_from_name(interleaving_name((enum interleaving)i),
						   &interleaving));
		assert_int_equal(interleaving, i);
	}
	assert_false(interleaving_from_name("one", &interleaving));
	assert_false(actor_from_name("", &actor));
	assert_false(actor_from_name("mem", &actor));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_once),
		cmocka_unit_test(pairs),
		cmocka_unit_test(same_seed_same_schedule),
		cmocka_unit_test(skipping),
		cmocka_unit_test(sweeps),
		cmocka_unit_test(one_offset),
		cmocka_unit_test(delays),
		cmocka_unit_test(names),
		cmocka_unit_test(in_which_interleaving),
		cmocka_unit_test(priorities),
		cmocka_unit_test(how_long),
		cmocka_unit_test(shards),
		cmocka_unit_test(skipping_in_a_shard),
		cmocka_unit_test(loops),
		cmocka_unit_test(loops_first),
		cmocka_unit_test(drawn_storms),
		cmocka_unit_test(each_actor_in_half_of_the_storms),
		cmocka_unit_test(few_actors_few_storms),
		cmocka_unit_test(loops_share_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
