// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "attach/act/reattach.h"
#include "attach/act/settings.h"
#include "attach/act/watch.h"
#include "attach/model/expected.h"
#include "attach/model/step.h"
#include "attach/read/driver.h"
#include "attach/read/take.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/interrupt.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/test-point.h"
#include "util/unread.h"

/* The time between two looks at the machine without an event */
#define LOOK_AGAIN_US 1000000

static uint64_t least(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

static int observe_once(const struct reattach *reattach, struct reattach_outcome *outcome)
{
	int rc;

	unread_forget();
	snapshot_release(&outcome->after);
	rc = snapshot_take_brief(ROOT_LIVE, reattach->before, &outcome->after);
	outcome->is_observed = rc == 0;
	outcome->is_back = false;
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < reattach->nr_hosts; i++) {
		struct expected_host *host = &reattach->hosts[i];
		_cleanup_free_ char *device = NULL;

		free(host->driver_now);
		host->driver_now = driver_of(ROOT_LIVE, host->bus, host->host);
		device = xasprintf("/sys/bus/%s/devices/%s", host->bus, host->host);
		host->is_gone = sysfs_is_absent(AT_FDCWD, device);
	}
	outcome->is_observed = !unread_any();
	outcome->is_back = outcome->is_observed &&
			   reattach->is_back(reattach->hosts, reattach->nr_hosts, &outcome->after);
	return unread_error();
}

/* Every step is done: after one error, the next look at the machine may still succeed. */
static int observe(const struct reattach *reattach, struct reattach_outcome *outcome)
{
	int rc = observe_once(reattach, outcome);

	return rc < 0 ? observe_once(reattach, outcome) : rc;
}

/* Test whether the step that has not returned needs the settings: the worker then restores them. */
static bool are_in_use(const struct reattach *reattach, const struct watch *watch)
{
	const struct observed_stuck *stuck = &watch->observed.stuck;

	return stuck->pid && settings_are_needed(&reattach->steps[stuck->step]);
}

void reattach_run(const struct reattach *reattach, struct watch *watch,
		  struct reattach_outcome *outcome)
{
	uint64_t until = clock_now() + reattach->timeout_us;
	int rc, steps_rc;

	*outcome = (struct reattach_outcome){0};
	watch_forget(watch);
	watch_begin(watch, reattach->nr_steps);
	outcome->rc = settings_save(reattach->steps, reattach->nr_steps);
	if (outcome->rc < 0)
		return;
	steps_rc = watch_run(watch, reattach->steps, reattach->nr_steps, reattach->timeout_us,
			     reattach->progress);
	watch_dismiss(watch);
	if (reattach->progress)
		reattach->progress(NULL, 0);
	test_point("returned");
	rc = are_in_use(reattach, watch) ? 0 : settings_restore();
	outcome->rc = steps_rc ?: rc;
	if (steps_rc == -ETIME)
		return;
	rc = observe(reattach, outcome);
	while (steps_rc == 0 && rc == 0 && !outcome->is_back && clock_now() < until &&
	       !interrupt_came()) {
		/* A signal just before the wait does not end it: the wait is therefore short. */
		rc = watch_wait(watch, least(until, clock_now() + LOOK_AGAIN_US));
		if (rc == 0)
			rc = observe(reattach, outcome);
	}
	if (outcome->rc == 0)
		outcome->rc = rc;
}

void reattach_outcome_release(struct reattach_outcome *outcome)
{
	snapshot_release(&outcome->after);
	*outcome = (struct reattach_outcome){0};
}
