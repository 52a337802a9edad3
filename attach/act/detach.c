// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <stdlib.h>

#include "attach/act/detach.h"
#include "attach/act/watch.h"
#include "attach/model/plan.h"
#include "attach/read/driver.h"
#include "attach/read/observe.h"
#include "attach/reason/plan.h"
#include "util/clock.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/test-point.h"

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
	watch_drain(watch);
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
