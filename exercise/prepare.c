// SPDX-License-Identifier: LGPL-2.1-only
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/plan.h"
#include "exercise/baseline.h"
#include "exercise/outcome.h"
#include "exercise/prepare.h"
#include "exercise/surroundings-steps.h"
#include "exercise/surroundings.h"
#include "util/memory.h"

static void copy_steps(struct operation *operation, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*APPEND(operation->steps, operation->nr_steps) = steps[i];
}

static char *prepare_detach(const struct preparation *preparation, struct operation *operation)
{
	const struct snapshot_memdev *memdev = baseline_memdev(preparation->baseline);
	struct plan *plan = preparation->plan;
	char *why;

	plan_release(plan);
	why = plan_make(&preparation->baseline->answers, &memdev, 1,
			(enum detach_method)operation->actor, NULL, plan);
	if (why)
		return why;
	copy_steps(operation, plan->steps, plan->nr_steps);
	operation->nr_down = operation->nr_steps;
	copy_steps(operation, plan->undo, plan->nr_undo);
	/*
	 * The first step of the undo restores a port or the bus, and runs each time. The other
	 * steps bind hosts, and wait for every process that already binds one. An actor that ran
	 * them each time would never interleave with others.
	 */
	if (operation->actor == ACTOR_PORT || operation->actor == ACTOR_BUS)
		operation->nr_often = operation->nr_down + 1;
	return NULL;
}

static char *prepare_region(const struct snapshot_memdev *memdev, struct operation *operation)
{
	struct step step = {.bus = "cxl", .driver = "cxl_region"};

	if (memdev->nr_regions == 0 || !memdev->regions[0]->driver)
		return xasprintf("%s has no region with a driver", memdev->name);
	step.device = memdev->regions[0]->name;
	step.action = STEP_UNBIND;
	copy_steps(operation, &step, 1);
	operation->nr_down = 1;
	step.action = STEP_BIND;
	copy_steps(operation, &step, 1);
	return NULL;
}

static char *prepare_surrounding(const struct surroundings *surroundings,
				 struct operation *operation)
{
	const char *lack = surroundings_lack(surroundings, operation->actor);

	if (lack)
		return xasprintf("%s is not possible: %s", actor_name(operation->actor), lack);
	surroundings_prepare(surroundings, operation);
	return NULL;
}

static char *prepare_operation(const struct preparation *preparation, struct operation *operation)
{
	const struct snapshot_memdev *memdev = baseline_memdev(preparation->baseline);
	const struct step list = {.action = STEP_LIST};
	const struct step open = {.action = STEP_OPEN, .device = memdev->name};

	if (actor_detaches(operation->actor))
		return prepare_detach(preparation, operation);
	if (operation->actor == ACTOR_REGION)
		return prepare_region(memdev, operation);
	if (actors_surrounding() & 1U << operation->actor)
		return prepare_surrounding(&preparation->baseline->surroundings, operation);
	copy_steps(operation, operation->actor == ACTOR_LIST ? &list : &open, 1);
	return NULL;
}

/* Split a process that detaches and reattaches in turn into two that run at the same time */
static void halve(struct operation *down, struct operation *up)
{
	*up = *down;
	up->steps = NULL;
	up->nr_steps = up->nr_down = 0;
	copy_steps(up, down->steps + down->nr_down, down->nr_steps - down->nr_down);
	up->nr_often -= down->nr_often ? down->nr_down : 0;
	down->nr_steps = down->nr_down;
	down->nr_often = 0;
}

/*
 * Drop the steps that switch driver autoprobe on: surroundings_restore() does so after the trial.
 */
static void keep_guarded(struct operation *operation)
{
	size_t count = 0;

	for (size_t i = 0; i < operation->nr_steps; i++) {
		if (operation->steps[i].action != STEP_AUTOPROBE || !operation->steps[i].on)
			operation->steps[count++] = operation->steps[i];
	}
	operation->nr_steps = count;
}

char *prepare_trial(const struct preparation *preparation, const struct race_case *race_case,
		    const struct trial *trial, struct outcome *outcome)
{
	bool one_cpu = trial->interleaving == INTERLEAVING_ONE_CPU;
	bool loops = trial->interleaving == INTERLEAVING_LOOPS;
	bool halves = trial->interleaving == INTERLEAVING_HALVES;
	uint64_t delays[NR_ACTORS];
	int priorities[NR_ACTORS];

	*outcome = (struct outcome){.busy = race_case->scenario != SCENARIO_ALONE && !one_cpu &&
					    !loops};
	trial_delays(race_case, trial, preparation->durations_us, delays);
	trial_priorities(race_case, trial, delays, priorities);
	for (size_t i = 0; i < race_case->nr_actors; i++) {
		struct operation *operation = &outcome->operations[outcome->nr_operations++];
		char *why;

		operation->actor = race_case->actors[i];
		operation->nth = i;
		operation->delay_us = delays[i];
		operation->priority = priorities[i];
		operation->lasts_us = trial_lasts(race_case, trial, preparation->durations_us);
		operation->pause_us = one_cpu ? delays[i] : 0;
		why = prepare_operation(preparation, operation);
		if (why)
			return why;
		if (halves && operation->nr_down > 0 && operation->nr_down < operation->nr_steps)
			halve(operation, &outcome->operations[outcome->nr_operations++]);
	}
	if (outcome_actors(outcome) & (1U << ACTOR_SLOT | 1U << ACTOR_LINK)) {
		for (size_t i = 0; i < outcome->nr_operations; i++)
			keep_guarded(&outcome->operations[i]);
	}
	return NULL;
}
