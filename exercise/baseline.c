// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/changes.h"
#include "attach/read/dependents.h"
#include "attach/read/driver.h"
#include "attach/read/take.h"
#include "attach/reason/restore.h"
#include "attach/verify/checks-attach.h"
#include "exercise/exercise-private.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/text.h"

/* How often everything is brought back before it counts as impossible */
#define RESTORE_TRIES 3

/*
 * For the kernel to print all of its mappings takes a good part of what a round does. One that was
 * not given back stays: the next look finds it, too.
 */
#define MAPPINGS_EVERY 16

void exercise_release_baseline(struct exercise *exercise)
{
	plan_release(&exercise->plan);
	attach_answers_release(&exercise->answers);
	snapshot_release(&exercise->baseline);
	snapshot_release(&exercise->last);
	iomem_release(&exercise->iomem);
	for (size_t i = 0; i < exercise->nr_hosts; i++) {
		free((struct expected_region *)exercise->hosts[i].regions);
		free(exercise->hosts[i].driver_now);
	}
	free(exercise->hosts);
	exercise->hosts = NULL;
	exercise->nr_hosts = 0;
}

static void expect_hosts(struct exercise *exercise)
{
	for (size_t i = 0; i < exercise->baseline.nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &exercise->baseline.memdevs[i];

		if (attach_of_memdev(&exercise->answers, memdev)->state == ATTACH_ATTACHED &&
		    memdev->host.driver)
			expected_host_of(memdev, APPEND(exercise->hosts, exercise->nr_hosts));
	}
}

int exercise_observe_baseline(struct exercise *exercise)
{
	int rc = snapshot_take_devices(&exercise->baseline);

	if (rc < 0)
		return rc;
	snapshot_add_modules(&exercise->baseline);
	attach_infer(&exercise->baseline, &exercise->answers);
	snapshot_read_dependents(&exercise->baseline);
	iomem_read(&exercise->iomem);
	expect_hosts(exercise);
	return snapshot_take_again(&exercise->baseline, &exercise->files, &exercise->last);
}

/* Where it has a memdev, that has been read already. */
static void observe_driver(const struct snapshot *now, struct expected_host *host)
{
	const struct snapshot_memdev *memdev = snapshot_memdev_of(now, host->host);

	free(host->driver_now);
	host->driver_now = memdev && memdev->host.driver ? memory_check(strdup(memdev->host.driver))
							 : driver_of(host->bus, host->host);
}

int exercise_observe(struct exercise *exercise, struct iomem *iomem)
{
	struct snapshot now;
	int rc = snapshot_take_again(&exercise->last, &exercise->files, &now);

	if (rc < 0)
		return rc;
	if (iomem && iomem_read(iomem) == 0 && exercise->nr_observations++ % MAPPINGS_EVERY == 0)
		iomem_add_mappings(iomem);
	snapshot_release(&exercise->last);
	exercise->last = now;
	for (size_t i = 0; i < exercise->nr_hosts; i++)
		observe_driver(&exercise->last, &exercise->hosts[i]);
	return 0;
}

char *exercise_driver_now(const struct exercise *exercise, const struct snapshot_host *host)
{
	for (size_t i = 0; i < exercise->nr_hosts; i++) {
		const struct expected_host *seen = &exercise->hosts[i];

		if (streq(seen->host, host->name))
			return seen->driver_now ? memory_check(strdup(seen->driver_now)) : NULL;
	}
	return driver_of(host->subsystem, host->name);
}

static bool same_counts(const struct snapshot *one, const struct snapshot *other)
{
	size_t enabled = 0;

	for (size_t i = 0; i < one->nr_memdevs; i++)
		enabled += one->memdevs[i].enabled;
	for (size_t i = 0; i < other->nr_memdevs; i++)
		enabled -= other->memdevs[i].enabled;
	return enabled == 0 && one->nr_ports == other->nr_ports &&
	       one->nr_decoders == other->nr_decoders && one->nr_regions == other->nr_regions &&
	       one->nr_memdevs == other->nr_memdevs;
}

/* Is all that the providers had there again, with whatever numbers? */
static bool is_back(struct exercise *exercise, struct checks *checks)
{
	const struct snapshot *now = &exercise->last;
	bool back = true;

	checks_of_attach(exercise->hosts, exercise->nr_hosts, now, &exercise->watch.observed,
			 checks);
	for (size_t i = 0; i < checks->count; i++)
		back &= checks->list[i].result == CHECK_PASSED ||
			strcmp(checks->list[i].name, "no-splat") == 0;
	for (size_t i = 0; i < now->nr_regions; i++)
		back &= now->regions[i].driver != NULL;
	return back && same_counts(&exercise->baseline, now);
}

bool exercise_is_restored(const struct exercise *exercise)
{
	struct changes changes;
	bool same;

	changes_find(&exercise->baseline, &exercise->last, &changes);
	same = changes.count == 0;
	changes_release(&changes);
	return same;
}

static int restore_once(struct exercise *exercise, struct outcome *outcome)
{
	struct step *steps;
	size_t count;
	int rc;

	restore_steps(&exercise->baseline, &exercise->last, outcome_has_removed(outcome), &steps,
		      &count);
	rc = exercise_do(exercise, outcome, steps, count, "bringing everything back");
	free(steps);
	return rc == 0 ? exercise_observe(exercise, NULL) : rc;
}

/* Where a port cannot be used again, making all ports of its bus anew helps. */
static int restore_by_bus(struct exercise *exercise, struct outcome *outcome)
{
	const struct snapshot_port *root = snapshot_bus(exercise_memdev(exercise)->endpoint);
	_cleanup_free_ char *why = NULL;
	struct plan plan;
	int rc;

	why = plan_cycle_bus(&exercise->answers, root, &plan);
	rc = why ? -EOPNOTSUPP
		 : exercise_do(exercise, outcome, plan.steps, plan.nr_steps, "making the bus anew");
	plan_release(&plan);
	if (rc == 0)
		rc = exercise_observe(exercise, NULL);
	return rc == 0 ? restore_once(exercise, outcome) : rc;
}

static char *what_is_missing(struct checks *checks)
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

/* Until everything is there again; what it took is a finding, unless binding was enough */
static int restore(struct exercise *exercise, struct outcome *outcome)
{
	struct checks checks = {0};
	bool back = false;
	int rc = 0;

	for (int i = 0; i < RESTORE_TRIES && rc == 0 && !back; i++) {
		rc = restore_once(exercise, outcome);
		checks_release(&checks);
		back = rc == 0 && is_back(exercise, &checks);
	}
	if (rc == 0 && !back) {
		char *missing = what_is_missing(&checks);

		checks_release(&checks);
		rc = restore_by_bus(exercise, outcome);
		back = rc == 0 && is_back(exercise, &checks);
		exercise_note(outcome, "restore",
			      memory_check(strdup(back ? "restore takes a new bus"
						       : "restore is not possible")),
			      missing);
		outcome->stop |= !back;
	}
	checks_release(&checks);
	return rc;
}

int exercise_restore(struct exercise *exercise, struct outcome *outcome)
{
	struct checks checks;
	int rc = 0;

	if (exercise_is_restored(exercise))
		return 0;
	if (!is_back(exercise, &checks))
		rc = restore(exercise, outcome);
	checks_release(&checks);
	if (rc < 0 || outcome->stop || exercise_is_restored(exercise))
		return rc;
	exercise_release_baseline(exercise);
	return exercise_observe_baseline(exercise);
}
