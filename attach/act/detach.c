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
#include "attach/read/take.h"
#include "attach/reason/plan.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/test-point.h"
#include "util/unread.h"

static void read_drivers(const struct plan *plan, struct detach_view *view)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_host *host = &plan->memdevs[i]->host;

		*APPEND(view->drivers, view->nr_drivers) =
			driver_of(ROOT_LIVE, host->subsystem, host->name);
	}
}

static void end_observation(const struct plan *plan, int rc, struct watch *watch,
			    struct detach_view *view)
{
	if (rc == 0)
		read_drivers(plan, view);
	/* A device that could not be read would look like one that is gone. */
	view->is_observed = rc == 0 && !unread_any();
	watch_drain(watch);
}

static void observe(const struct plan *plan, const struct snapshot *before, struct watch *watch,
		    struct detach_view *view)
{
	int rc = observe_again(before, &view->snapshot, &view->iomem);

	end_observation(plan, rc, watch, view);
}

static void observe_handed(const struct plan *plan, struct watch *watch, struct detach_view *view)
{
	int rc = snapshot_take(ROOT_LIVE, &view->snapshot);

	end_observation(plan, rc, watch, view);
}

/*
 * The time for restoring overrides: a write only waits for the device's lock, which is free then.
 */
#define OVERRIDES_US 5000000

/* Find the driver_override that the host had, if a failed handover has left it with its provider */
static const struct step *find_override(const struct plan *plan, const struct snapshot_host *host)
{
	_cleanup_free_ char *driver = driver_of(ROOT_LIVE, host->subsystem, host->name);

	if (!driver || strcmp(driver, host->driver) != 0)
		return NULL;
	/*
	 * The last override is the original one: an earlier one may be set for a while, to bind the
	 * host.
	 */
	for (size_t i = plan->nr_undo; i-- > 0;) {
		if (plan->undo[i].action == STEP_OVERRIDE &&
		    strcmp(plan->undo[i].device, host->name) == 0)
			return &plan->undo[i];
	}
	return NULL;
}

/* Run more steps, and append their results to those of the steps before */
static int run_more(const struct step *steps, size_t count, struct watch *watch,
		    uint64_t timeout_us, void (*progress)(const struct step *step, uint64_t us))
{
	struct observed *observed = &watch->observed;
	_cleanup_free_ struct step_result *before = observed->steps;
	size_t nr_before = observed->nr_steps;
	struct step_result *all;
	int rc;

	observed->steps = NULL;
	rc = watch_run(watch, steps, count, timeout_us, progress);
	all = memory_check(calloc(nr_before + count + 1, sizeof(*all)));
	memcpy(all, before, nr_before * sizeof(*all));
	memcpy(all + nr_before, observed->steps, count * sizeof(*all));
	free(observed->steps);
	observed->steps = all;
	observed->nr_steps = nr_before + count;
	if (rc == -ETIME)
		observed->stuck.step += nr_before;
	return rc;
}

/*
 * A handover has failed. Restore the overrides, or the other driver could later bind a host that
 * the provider still has. The results of the plan's steps stay unchanged.
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

/* Count the steps that detach. The steps after them bind the hosts to another driver. */
static size_t count_detaching(const struct plan *plan)
{
	size_t count = 0;

	while (count < plan->nr_steps && !(plan->hand_to && plan->steps[count].action == STEP_BIND))
		count++;
	return count;
}

/* The hosts have no driver any more: run the plan's steps from @first on */
static void hand_over(const struct plan *plan, size_t first, struct watch *watch,
		      uint64_t timeout_us, void (*progress)(const struct step *step, uint64_t us),
		      struct detach_outcome *outcome)
{
	outcome->rc =
		run_more(plan->steps + first, plan->nr_steps - first, watch, timeout_us, progress);
	if (progress)
		progress(NULL, 0);
	test_point("handed");
	if (outcome->rc == -ETIME)
		watch_drain(watch);
	else
		observe_handed(plan, watch, &outcome->handed);
}

void detach_run(const struct plan *plan, const struct snapshot *before, struct watch *watch,
		uint64_t timeout_us, void (*progress)(const struct step *step, uint64_t us),
		struct detach_outcome *outcome)
{
	uint64_t until = clock_now() + timeout_us, now;
	size_t detaching = count_detaching(plan);

	*outcome = (struct detach_outcome){0};
	outcome->rc = watch_run(watch, plan->steps, detaching, timeout_us, progress);
	now = clock_now();
	if (progress)
		progress(NULL, 0);
	test_point("acted");
	if (outcome->rc == -ETIME) {
		watch_drain(watch);
		return;
	}
	if (outcome->rc < 0)
		restore_overrides(plan, watch);
	observe(plan, before, watch, &outcome->after);
	/* The time for the observation does not count: the kernel does not work during it. */
	if (outcome->rc == 0 && detaching < plan->nr_steps)
		hand_over(plan, detaching, watch, until > now ? until - now : 1, progress, outcome);
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
	observe(plan, before, watch, &outcome->after);
}

struct observation detach_observation(const struct detach_view *view)
{
	return (struct observation){
		.snapshot = &view->snapshot,
		.iomem = view->iomem.count ? &view->iomem : NULL,
		.drivers = (const char *const *)view->drivers,
	};
}

static void view_release(struct detach_view *view)
{
	for (size_t i = 0; i < view->nr_drivers; i++)
		free(view->drivers[i]);
	free(view->drivers);
	iomem_release(&view->iomem);
	snapshot_release(&view->snapshot);
}

void detach_outcome_release(struct detach_outcome *outcome)
{
	view_release(&outcome->after);
	view_release(&outcome->handed);
	*outcome = (struct detach_outcome){0};
}
