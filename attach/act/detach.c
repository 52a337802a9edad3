// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/act/detach.h"
#include "attach/act/watch.h"
#include "attach/model/plan.h"
#include "attach/model/step.h"
#include "attach/read/driver.h"
#include "attach/read/observe.h"
#include "attach/reason/plan.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/test-point.h"
#include "util/unread.h"

static void read_drivers(const struct plan *plan, struct detach_outcome *outcome)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_host *host = &plan->memdevs[i]->host;

		*APPEND(outcome->drivers, outcome->nr_drivers) =
			driver_of(ROOT_LIVE, host->subsystem, host->name);
	}
}

static void observe(const struct plan *plan, const struct snapshot *before, struct watch *watch,
		    struct detach_outcome *outcome)
{
	outcome->is_observed = observe_again(before, &outcome->after, &outcome->iomem) == 0;
	if (outcome->is_observed)
		read_drivers(plan, outcome);
	/* What was not read would pass for what is gone. */
	outcome->is_observed &= !unread_any();
	watch_drain(watch);
}

/* It takes no longer than it takes to get the device's lock, which nothing holds then. */
#define OVERRIDES_US 5000000

/* The driver_override that the host had, if a handover has left it with its provider */
static const struct step *find_override(const struct plan *plan, const struct snapshot_host *host)
{
	_cleanup_free_ char *driver = driver_of(ROOT_LIVE, host->subsystem, host->name);

	if (!driver || strcmp(driver, host->driver) != 0)
		return NULL;
	/* The last one is what it had: another may be set for a while, to bind the host. */
	for (size_t i = plan->nr_undo; i-- > 0;) {
		if (plan->undo[i].action == STEP_OVERRIDE &&
		    strcmp(plan->undo[i].device, host->name) == 0)
			return &plan->undo[i];
	}
	return NULL;
}

/*
 * A handover has failed: the other driver is not to get later what the provider still has. How the
 * plan's steps went stays what was observed.
 */
static void restore_overrides(const struct plan *plan, struct watch *watch)
{
	struct observed *observed = &watch->observed, before = *observed;
	_cleanup_free_ struct step *steps = NULL;
	size_t count = 0;

	for (size_t i = 0; plan->hand_to && i < plan->nr_memdevs; i++) {
		const struct step *override = find_override(plan, &plan->memdevs[i]->host);

		if (override)
			*APPEND(steps, count) = *override;
	}
	if (count == 0)
		return;
	observed->steps = NULL;
	watch_run(watch, steps, count, OVERRIDES_US, NULL);
	free(observed->steps);
	free(observed->stuck.wchan);
	free(observed->stuck.stack);
	observed->steps = before.steps;
	observed->nr_steps = before.nr_steps;
	observed->stuck = before.stuck;
}

void detach_run(const struct plan *plan, const struct snapshot *before, struct watch *watch,
		uint64_t timeout_us, void (*progress)(const struct step *step, uint64_t us),
		struct detach_outcome *outcome)
{
	*outcome = (struct detach_outcome){0};
	outcome->rc = watch_run(watch, plan->steps, plan->nr_steps, timeout_us, progress);
	if (progress)
		progress(NULL, 0);
	test_point("acted");
	if (outcome->rc < 0 && outcome->rc != -ETIME)
		restore_overrides(plan, watch);
	if (outcome->rc == -ETIME)
		watch_drain(watch);
	else
		observe(plan, before, watch, outcome);
}

void detach_wait(const struct plan *plan, const struct snapshot *before, struct watch *watch,
		 uint64_t timeout_us, struct detach_outcome *outcome)
{
	uint64_t until = clock_now() + timeout_us;
	int rc = 0;

	*outcome = (struct detach_outcome){0};
	while (rc == 0 && clock_now() < until && !plan_is_carried_out(plan, &watch->observed))
		rc = watch_wait(watch, until);
	if (!plan_is_carried_out(plan, &watch->observed)) {
		outcome->rc = rc < 0 ? rc : -ETIME;
		return;
	}
	sysfs_write("/sys/bus/cxl/flush", "1");
	observe(plan, before, watch, outcome);
}

struct observation detach_observation(const struct detach_outcome *outcome)
{
	return (struct observation){
		.snapshot = &outcome->after,
		.iomem = outcome->iomem.count ? &outcome->iomem : NULL,
		.drivers = (const char *const *)outcome->drivers,
	};
}

void detach_outcome_release(struct detach_outcome *outcome)
{
	for (size_t i = 0; i < outcome->nr_drivers; i++)
		free(outcome->drivers[i]);
	free(outcome->drivers);
	iomem_release(&outcome->iomem);
	snapshot_release(&outcome->after);
	*outcome = (struct detach_outcome){0};
}
