// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>

#include "attach/model/step.h"
#include "exercise/exercise-private.h"
#include "util/memory.h"

static void copy_steps(struct operation *operation, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*APPEND(operation->steps, operation->nr_steps) = steps[i];
}

static char *prepare_method(struct exercise *exercise, struct operation *operation)
{
	const struct snapshot_memdev *memdev = exercise_memdev(exercise);
	char *why;

	plan_release(&exercise->plan);
	why = plan_make(&exercise->answers, &memdev, 1, (enum detach_method)operation->actor, NULL,
			&exercise->plan);
	if (why)
		return why;
	copy_steps(operation, exercise->plan.steps, exercise->plan.nr_steps);
	operation->nr_down = operation->nr_steps;
	copy_steps(operation, exercise->plan.undo, exercise->plan.nr_undo);
	/*
	 * A port and the bus come back with the first step of their undoing. The others bind hosts,
	 * and so wait for whoever binds them already: who does that each time never comes in
	 * between.
	 */
	if (operation->actor == ACTOR_PORT || operation->actor == ACTOR_BUS)
		operation->nr_often = operation->nr_down + 1;
	return NULL;
}

static char *prepare_region(struct exercise *exercise, struct operation *operation)
{
	const struct snapshot_memdev *memdev = exercise_memdev(exercise);
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

static char *prepare_operation(struct exercise *exercise, struct operation *operation)
{
	const struct step list = {.action = STEP_LIST};
	const struct step open = {.action = STEP_OPEN, .device = exercise_memdev(exercise)->name};

	if (actor_detaches(operation->actor))
		return prepare_method(exercise, operation);
	if (operation->actor == ACTOR_REGION)
		return prepare_region(exercise, operation);
	copy_steps(operation, operation->actor == ACTOR_LIST ? &list : &open, 1);
	return NULL;
}

/* From what does both, one in turn with the other, to two that do so at the same time */
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

char *exercise_prepare(struct exercise *exercise, const struct race_case *race_case,
		       const struct trial *trial, struct outcome *outcome)
{
	uint64_t delays[NR_ACTORS];
	int priorities[NR_ACTORS];

	*outcome = (struct outcome){
		.busy = race_case->scenario != SCENARIO_ALONE &&
			trial->interleaving != INTERLEAVING_ONE_CPU,
	};
	trial_delays(race_case, trial, exercise->durations_us, delays);
	trial_priorities(race_case, trial, delays, priorities);
	for (size_t i = 0; i < race_case->nr_actors; i++) {
		struct operation *operation = &outcome->operations[outcome->nr_operations++];
		char *why;

		operation->actor = race_case->actors[i];
		operation->nth = i;
		operation->delay_us = delays[i];
		operation->priority = priorities[i];
		operation->lasts_us = case_lasts(race_case, exercise->durations_us);
		operation->pause_us = trial->interleaving == INTERLEAVING_ONE_CPU ? delays[i] : 0;
		why = prepare_operation(exercise, operation);
		if (why)
			return why;
		if (trial->interleaving == INTERLEAVING_HALVES && operation->nr_down > 0 &&
		    operation->nr_down < operation->nr_steps)
			halve(operation, &outcome->operations[outcome->nr_operations++]);
	}
	return NULL;
}

void outcome_release(struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->nr_operations; i++)
		free(outcome->operations[i].steps);
	for (size_t i = 0; i < outcome->nr_findings; i++) {
		free(outcome->findings[i].signature);
		free(outcome->findings[i].detail);
	}
	free(outcome->findings);
	*outcome = (struct outcome){0};
}

bool outcome_has_removed(const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->nr_operations; i++) {
		if (outcome->operations[i].actor == ACTOR_PCI_REMOVE)
			return true;
	}
	return false;
}
