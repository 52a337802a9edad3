// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>

#include "cxl/attach/exercise-private.h"
#include "util/memory.h"

static void copy_steps(struct deed *deed, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*append(deed->steps, deed->nr_steps) = steps[i];
}

static char *prepare_path(struct exercise *exercise, struct deed *deed)
{
	const struct snapshot_memdev *memdev = exercise_memdev(exercise);
	char *why;

	plan_release(&exercise->plan);
	why = plan_make(&exercise->answers, &memdev, 1, (enum takedown_path)deed->actor, NULL,
			&exercise->plan);
	if (why)
		return why;
	copy_steps(deed, exercise->plan.steps, exercise->plan.nr_steps);
	deed->nr_down = deed->nr_steps;
	copy_steps(deed, exercise->plan.undo, exercise->plan.nr_undo);
	/*
	 * A port and the bus come back with the first step of their undoing. The others bind hosts,
	 * and so wait for whoever binds them already: who does that each time never comes in
	 * between.
	 */
	if (deed->actor == ACTOR_PORT || deed->actor == ACTOR_BUS)
		deed->nr_often = deed->nr_down + 1;
	return NULL;
}

static char *prepare_region(struct exercise *exercise, struct deed *deed)
{
	const struct snapshot_memdev *memdev = exercise_memdev(exercise);
	struct step step = {.bus = "cxl", .driver = "cxl_region"};

	if (memdev->nr_regions == 0 || !memdev->regions[0]->driver)
		return memory_print("%s has no region with a driver", memdev->name);
	step.device = memdev->regions[0]->name;
	step.action = STEP_UNBIND;
	copy_steps(deed, &step, 1);
	deed->nr_down = 1;
	step.action = STEP_BIND;
	copy_steps(deed, &step, 1);
	return NULL;
}

static char *prepare_deed(struct exercise *exercise, struct deed *deed)
{
	const struct step list = {.action = STEP_LIST};
	const struct step open = {.action = STEP_OPEN, .device = exercise_memdev(exercise)->name};

	if (actor_takes_down(deed->actor))
		return prepare_path(exercise, deed);
	if (deed->actor == ACTOR_REGION)
		return prepare_region(exercise, deed);
	copy_steps(deed, deed->actor == ACTOR_LIST ? &list : &open, 1);
	return NULL;
}

/* From what does both, one in turn with the other, to two that do so at the same time */
static void halve(struct deed *down, struct deed *up)
{
	*up = *down;
	up->steps = NULL;
	up->nr_steps = up->nr_down = 0;
	copy_steps(up, down->steps + down->nr_down, down->nr_steps - down->nr_down);
	up->nr_often -= down->nr_often ? down->nr_down : 0;
	down->nr_steps = down->nr_down;
	down->nr_often = 0;
}

char *exercise_prepare(struct exercise *exercise, const struct contest *contest,
		       const struct trial *trial, struct outcome *outcome)
{
	uint64_t delays[NR_ACTORS];
	int priorities[NR_ACTORS];

	*outcome = (struct outcome){
		.busy = contest->scenario != SCENARIO_ALONE && trial->way != WAY_ONE_CPU,
	};
	trial_delays(contest, trial, exercise->durations_us, delays);
	trial_priorities(contest, trial, delays, priorities);
	for (size_t i = 0; i < contest->nr_actors; i++) {
		struct deed *deed = &outcome->deeds[outcome->nr_deeds++];
		char *why;

		deed->actor = contest->actors[i];
		deed->nth = i;
		deed->delay_us = delays[i];
		deed->priority = priorities[i];
		deed->lasts_us = contest_lasts(contest, exercise->durations_us);
		deed->pause_us = trial->way == WAY_ONE_CPU ? delays[i] : 0;
		why = prepare_deed(exercise, deed);
		if (why)
			return why;
		if (trial->way == WAY_HALVES && deed->nr_down > 0 && deed->nr_down < deed->nr_steps)
			halve(deed, &outcome->deeds[outcome->nr_deeds++]);
	}
	return NULL;
}

void outcome_release(struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->nr_deeds; i++)
		free(outcome->deeds[i].steps);
	for (size_t i = 0; i < outcome->nr_findings; i++) {
		free(outcome->findings[i].signature);
		free(outcome->findings[i].detail);
	}
	free(outcome->findings);
	*outcome = (struct outcome){0};
}

bool outcome_has_removed(const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->nr_deeds; i++) {
		if (outcome->deeds[i].actor == ACTOR_PCI_REMOVE)
			return true;
	}
	return false;
}
