// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exercise/shrink.h"

#define BIT(actor) (1U << (actor))

/*
 * A kernel whose bug needs certain actors, and shows after a number of trials, in a sweep or at one
 * offset
 */
struct kernel {
	actor_set needs;
	bool twice;
	size_t in_sweep, at_offset;
	bool not_on_one; /* never if all are on one processor */
	bool in_loops;	 /* first seen in loops */
};

static void run(const struct kernel *kernel, struct candidate *candidate)
{
	size_t takes = candidate->at_one_offset ? kernel->at_offset : kernel->in_sweep;

	assert_true(candidate->trials > 0);
	if (candidate->at_one_offset)
		assert_true(candidate->offset == 0.25);
	candidate->shown = (candidate->actors & kernel->needs) == kernel->needs &&
			   (candidate->twice || !kernel->twice) && takes > 0 &&
			   takes <= candidate->trials &&
			   !(kernel->not_on_one && candidate->one_interleaving &&
			     candidate->interleaving == INTERLEAVING_ONE_CPU);
	candidate->shown_trials = candidate->shown ? takes : candidate->trials;
	candidate->shown_offset = 0.25;
	candidate->shown_interleaving = candidate->one_interleaving ? candidate->interleaving
					: kernel->in_loops	    ? INTERLEAVING_LOOPS
					: kernel->not_on_one	    ? INTERLEAVING_HALVES
								    : INTERLEAVING_ONE_CPU;
}

/* Shrink until no candidate is left: return the smallest, and the number of candidates */
static struct candidate shrink(const struct kernel *kernel, actor_set from, size_t *count)
{
	struct candidate done[200] = {{.actors = from,
				       .twice = (from & (from - 1)) == 0,
				       .trials = 64,
				       .shown = true,
				       .shown_trials = 40,
				       .shown_offset = 0.25}};

	*count = 1;
	while (shrink_next(done, *count, &done[*count])) {
		run(kernel, &done[*count]);
		(*count)++;
		assert_true(*count < 200);
	}
	return *shrink_best(done, *count);
}

static const actor_set storm = BIT(ACTOR_MEMDEV) | BIT(ACTOR_HOST) | BIT(ACTOR_ENDPOINT) |
			       BIT(ACTOR_PORT) | BIT(ACTOR_BUS) | BIT(ACTOR_LIST);

static void a_storm_becomes_a_race(void **state)
{
	const struct kernel kernel = {
		.needs = BIT(ACTOR_HOST) | BIT(ACTOR_PORT), .in_sweep = 10, .at_offset = 5};
	struct candidate least;
	size_t count;

	(void)state;
	least = shrink(&kernel, storm, &count);
	assert_int_equal(least.actors, kernel.needs);
	assert_true(least.at_one_offset);
	assert_true(least.one_interleaving);
	assert_int_equal(least.interleaving, INTERLEAVING_ONE_CPU);
	assert_int_equal(least.trials, 5);
	assert_true(count < 40);
}

static void one_actor_is_enough(void **state)
{
	const struct kernel kernel = {.needs = BIT(ACTOR_PORT), .in_sweep = 1, .at_offset = 1};
	struct candidate least;
	size_t count;

	(void)state;
	least = shrink(&kernel, storm, &count);
	assert_int_equal(least.actors, kernel.needs);
	assert_false(least.at_one_offset);
	assert_int_equal(least.trials, 4);
}

static void three_are_needed(void **state)
{
	const struct kernel kernel = {.needs = BIT(ACTOR_HOST) | BIT(ACTOR_PORT) | BIT(ACTOR_LIST),
				      .in_sweep = 20,
				      .at_offset = 0};
	struct candidate least;
	size_t count;

	(void)state;
	least = shrink(&kernel, storm, &count);
	assert_int_equal(least.actors, kernel.needs);
	assert_false(least.at_one_offset);
	assert_int_equal(least.trials, 20);
}

static void one_with_itself(void **state)
{
	const struct kernel twice = {
		.needs = BIT(ACTOR_HOST), .twice = true, .in_sweep = 20, .at_offset = 8};
	const struct kernel alone = {.needs = BIT(ACTOR_HOST), .in_sweep = 20, .at_offset = 8};
	struct candidate least;
	size_t count;

	(void)state;
	least = shrink(&twice, BIT(ACTOR_HOST), &count);
	assert_true(least.twice && least.at_one_offset);
	assert_int_equal(least.trials, 8);
	least = shrink(&alone, BIT(ACTOR_HOST), &count);
	assert_false(least.twice || least.at_one_offset);
	assert_int_equal(least.trials, 20);
}

/* An offset that does not show the bug again is not kept. */
static void only_in_a_sweep(void **state)
{
	const struct kernel kernel = {
		.needs = BIT(ACTOR_HOST) | BIT(ACTOR_PORT), .in_sweep = 30, .at_offset = 0};
	struct candidate least;
	size_t count;

	(void)state;
	least = shrink(&kernel, kernel.needs, &count);
	assert_int_equal(least.actors, kernel.needs);
	assert_false(least.at_one_offset);
	assert_int_equal(least.trials, 30);
}

static void only_side_by_side(void **state)
{
	const struct kernel kernel = {.needs = BIT(ACTOR_HOST) | BIT(ACTOR_PORT),
				      .in_sweep = 30,
				      .at_offset = 10,
				      .not_on_one = true};
	struct candidate least;
	size_t count;

	(void)state;
	least = shrink(&kernel, storm, &count);
	assert_int_equal(least.actors, kernel.needs);
	assert_true(least.one_interleaving);
	assert_int_equal(least.interleaving, INTERLEAVING_HALVES);
	assert_true(least.at_one_offset);
}

/* Loops have no offset, so none is tried. */
static void in_loops(void **state)
{
	const struct kernel kernel = {.needs = BIT(ACTOR_HOST) | BIT(ACTOR_PORT),
				      .in_sweep = 1,
				      .at_offset = 1,
				      .in_loops = true};
	struct candidate least;
	size_t count;

	(void)state;
	least = shrink(&kernel, storm, &count);
	assert_int_equal(least.actors, kernel.needs);
	assert_true(least.one_interleaving);
	assert_int_equal(least.interleaving, INTERLEAVING_LOOPS);
	assert_false(least.at_one_offset);
}

/* A bug that never shows again stays as it was seen. */
static void never_again(void **state)
{
	const struct kernel kernel = {
		.needs = BIT(ACTOR_HOST) | BIT(ACTOR_PORT), .in_sweep = 0, .at_offset = 0};
	struct candidate least;
	size_t count;

	(void)state;
	least = shrink(&kernel, storm, &count);
	assert_int_equal(least.actors, storm);
	assert_int_equal(least.trials, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_storm_becomes_a_race), cmocka_unit_test(one_actor_is_enough),
		cmocka_unit_test(three_are_needed),	  cmocka_unit_test(one_with_itself),
		cmocka_unit_test(only_in_a_sweep),	  cmocka_unit_test(never_again),
		cmocka_unit_test(only_side_by_side),	  cmocka_unit_test(in_loops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
