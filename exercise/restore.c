// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/plan.h"
#include "attach/reason/restore.h"
#include "attach/verify/checks.h"
#include "exercise/baseline.h"
#include "exercise/outcome.h"
#include "exercise/restore.h"
#include "exercise/surroundings-steps.h"
#include "exercise/watchdog.h"
#include "util/cleanup.h"
#include "util/memory.h"

static int restore_from(struct baseline *baseline, const struct snapshot *now,
			struct watchdog *watchdog, struct outcome *outcome)
{
	struct watchdog_task task = {.who = "restoring the baseline"};
	struct step *steps;
	int rc;

	restore_steps(&baseline->first, now, outcome_has_removed(outcome), &steps, &task.count);
	task.steps = steps;
	rc = watchdog_do(watchdog, outcome, &task);
	free(steps);
	return rc == 0 ? baseline_observe(baseline, WITHOUT_ADDRESSES) : rc;
}

static int restore_once(struct baseline *baseline, struct watchdog *watchdog,
			struct outcome *outcome)
{
	return restore_from(baseline, &baseline->last, watchdog, outcome);
}

/* Recreate all ports of the bus, which helps if a port cannot be used again. */
static int restore_by_bus(struct baseline *baseline, struct watchdog *watchdog,
			  struct outcome *outcome)
{
	const struct snapshot_port *root = snapshot_bus(baseline_memdev(baseline)->endpoint);
	struct watchdog_task task = {.who = "recreating the ports of the bus"};
	_cleanup_free_ char *why = NULL;
	struct plan plan;
	int rc;

	why = plan_cycle_bus(&baseline->answers, root, &plan);
	task.steps = plan.steps;
	task.count = plan.nr_steps;
	rc = why ? -EOPNOTSUPP : watchdog_do(watchdog, outcome, &task);
	plan_release(&plan);
	if (rc == 0)
		rc = baseline_observe(baseline, WITHOUT_ADDRESSES);
	return rc == 0 ? restore_once(baseline, watchdog, outcome) : rc;
}

static char *what_is_missing(const struct checks *checks)
{
	char *text = memory_check(strdup(""));

	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];
		_cleanup_free_ char *before = text;

		if (check->result == CHECK_PASSED)
			before = NULL;
		else
			text = xasprintf("%s%s: %s\n", before, check->name, check->detail ?: "");
	}
	return text;
}

/* Bind until everything is restored. If binding is not enough, what was needed is a finding. */
static int restore(struct baseline *baseline, struct watchdog *watchdog,
		   const struct observed *observed, struct outcome *outcome)
{
	struct checks checks = {0};
	bool back = false;
	int rc = 0;

	for (int i = 0; i < RESTORES && rc == 0 && !back; i++) {
		rc = restore_once(baseline, watchdog, outcome);
		checks_release(&checks);
		back = rc == 0 && baseline_is_equivalent(baseline, observed, &checks);
	}
	if (rc == 0 && !back) {
		char *missing = what_is_missing(&checks);

		checks_release(&checks);
		rc = restore_by_bus(baseline, watchdog, outcome);
		back = rc == 0 && baseline_is_equivalent(baseline, observed, &checks);
		outcome_note(outcome, "restore",
			     memory_check(strdup(back ? "restore takes a new bus"
						      : "restore is not possible")),
			     missing);
		outcome->stop |= !back;
	}
	checks_release(&checks);
	return rc;
}

int baseline_restore(struct baseline *baseline, struct watchdog *watchdog,
		     const struct observed *observed, struct outcome *outcome)
{
	struct checks checks;
	int rc = 0;

	if (baseline_is_restored(baseline))
		return 0;
	if (!baseline_is_equivalent(baseline, observed, &checks))
		rc = restore(baseline, watchdog, observed, outcome);
	checks_release(&checks);
	if (rc < 0 || outcome->stop || baseline_is_restored(baseline))
		return rc;
	return baseline_renew(baseline);
}

int baseline_restore_surroundings(const struct baseline *baseline, struct watchdog *watchdog,
				  struct outcome *outcome)
{
	struct watchdog_task task = {.who = "restoring what is beside the memdev"};
	struct step *steps;
	int rc = 0;

	surroundings_restore(&baseline->surroundings, outcome_actors(outcome), &steps, &task.count);
	task.steps = steps;
	if (task.count > 0)
		rc = watchdog_do(watchdog, outcome, &task);
	free(steps);
	return rc;
}

int baseline_put_back(struct baseline *baseline, struct watchdog *watchdog,
		      const struct observed *observed, struct outcome *outcome)
{
	const struct snapshot nothing = {0};
	struct checks checks = {0};
	int rc = baseline_restore_surroundings(baseline, watchdog, outcome);

	if (rc == 0)
		rc = baseline_observe(baseline, WITHOUT_ADDRESSES);

	/*
	 * If the machine cannot be observed, any device may be missing: bind everything that can be
	 * bound.
	 */
	if (rc < 0)
		rc = restore_from(baseline, &nothing, watchdog, outcome);
	if (rc == 0 && !baseline_is_equivalent(baseline, observed, &checks))
		rc = restore(baseline, watchdog, observed, outcome);
	checks_release(&checks);
	return rc == 0 && outcome->stop ? -EIO : rc;
}
