// SPDX-License-Identifier: LGPL-2.1-only
#include <stdbool.h>
#include <stdlib.h>

#include "attach/model/step.h"
#include "attach/reason/rescan.h"
#include "util/memory.h"
#include "util/text.h"

struct list {
	struct step *steps;
	size_t count;
};

static void add(struct list *list, struct step step)
{
	*APPEND(list->steps, list->count) = step;
}

bool rescan_is_in(const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (steps[i].action == STEP_RESCAN)
			return true;
	}
	return false;
}

/* Test whether a step restores the driver_override of a device on the bus that @rescan scans */
static bool restores(const struct step *step, const struct step *rescan)
{
	return step->action == STEP_OVERRIDE && step->driver && streq(step->bus, rescan->bus);
}

static const struct step *find_device(const struct list *list, const char *device)
{
	for (size_t i = 0; i < list->count; i++) {
		if (streq(list->steps[i].device, device))
			return &list->steps[i];
	}
	return NULL;
}

/*
 * Find the first override of each device in the steps from the first rescan on: a second one
 * follows the bind of its driver. For devices that are not in these steps, find their override in
 * @others.
 */
static struct list find_overrides(const struct step *steps, size_t count, const struct step *others,
				  size_t nr_others)
{
	struct list overrides = {0};

	for (size_t i = 1; i < count; i++) {
		if (restores(&steps[i], &steps[0]) && !find_device(&overrides, steps[i].device))
			add(&overrides, steps[i]);
	}
	for (size_t i = 0; i < nr_others; i++) {
		if (restores(&others[i], &steps[0]) && !find_device(&overrides, others[i].device))
			add(&overrides, others[i]);
	}
	return overrides;
}

static void add_rescan(struct list *list, const struct step *rescan, const struct list *overrides,
		       enum flag autoprobe)
{
	bool hold = overrides->count > 0 && autoprobe == FLAG_YES;

	if (hold)
		add(list, (struct step){.action = STEP_AUTOPROBE, .bus = rescan->bus, .on = false});
	add(list, *rescan);
	for (size_t i = 0; i < overrides->count; i++)
		add(list, overrides->steps[i]);
	if (hold)
		add(list, (struct step){.action = STEP_AUTOPROBE, .bus = rescan->bus, .on = true});
}

/* Test whether the step is one of those right after the rescan */
static bool is_done(const struct step *step, const struct step *rescan,
		    const struct list *overrides)
{
	const struct step *done = find_device(overrides, step->device);

	return restores(step, rescan) && done && streq(done->driver, step->driver);
}

struct step *rescan_guard(const struct step *steps, size_t count, const struct step *others,
			  size_t nr_others, enum flag autoprobe, size_t *nr_guarded)
{
	const struct step *rescan = NULL;
	struct list list = {0}, overrides = {0};

	for (size_t i = 0; i < count; i++) {
		const struct step *step = &steps[i];

		if (step->action == STEP_RESCAN && !rescan) {
			rescan = step;
			overrides = find_overrides(step, count - i, others, nr_others);
			add_rescan(&list, rescan, &overrides, autoprobe);
		} else if (step->action != STEP_RESCAN && step->action != STEP_AUTOPROBE &&
			   !(rescan && is_done(step, rescan, &overrides))) {
			add(&list, *step);
		}
	}
	free(overrides.steps);
	*nr_guarded = list.count;
	return list.steps;
}
