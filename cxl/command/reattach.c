// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/act/journal.h"
#include "attach/act/reattach.h"
#include "attach/act/settings.h"
#include "attach/act/watch.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/read/reload.h"
#include "attach/reason/plan.h"
#include "attach/reason/rescan.h"
#include "attach/verify/checks-attach.h"
#include "cxl/command/messages.h"
#include "cxl/command/reattach.h"
#include "cxl/report/detach-draw.h"
#include "cxl/report/detach-html.h"
#include "cxl/report/detach-report.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/sysfs.h"
#include "util/test-point.h"

/* Kernels before v7.1 have no attribute "locked", and thus no value to compare. */
static const char *find_unknown(const struct snapshot_region *region)
{
	_cleanup_free_ char *lock = xasprintf("/sys/bus/cxl/devices/%s/locked", region->name);

	if (region->resource == SNAPSHOT_NO_NUMBER)
		return "resource";
	if (region->size == SNAPSHOT_NO_NUMBER)
		return "size";
	return region->locked == FLAG_UNKNOWN && sysfs_exists(AT_FDCWD, lock) ? "locked" : NULL;
}

static void prove_regions(struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = plan->memdevs[i];

		for (size_t j = 0; j < memdev->nr_regions; j++) {
			const char *unknown = find_unknown(memdev->regions[j]);

			if (unknown)
				plan_cannot_verify(plan, memdev->regions[j], unknown);
		}
	}
}

/*
 * A file that exists now also exists after the detach. The plan has already checked the file of a
 * module.
 */
void reattach_prove(struct plan *plan)
{
	prove_regions(plan);
	for (size_t i = 0; i < plan->nr_undo; i++) {
		_cleanup_free_ char *missing = step_missing(ROOT_LIVE, &plan->undo[i]);

		if (missing)
			plan_cannot_undo(plan, &plan->undo[i], missing);
	}
}

static bool is_on_bus(const char *bus, const char *device)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/%s/devices/%s", bus, device);

	return sysfs_exists(AT_FDCWD, path);
}

/* Add each driver_override of a device that a detach removed and that is still missing */
static void add_overrides(const struct journal_entry *entry, struct step **overrides, size_t *count)
{
	if (!rescan_is_in(entry->undo, entry->nr_undo))
		return;
	for (size_t i = 0; i < entry->nr_undo; i++) {
		const struct step *step = &entry->undo[i];

		if (step->action == STEP_OVERRIDE && !is_on_bus(step->bus, step->device))
			*APPEND(*overrides, *count) = *step;
	}
}

/*
 * Test whether these module options name a device that the entry's detach removed and that is
 * missing
 */
static bool name_removed(const char *options, const struct journal_entry *entry)
{
	if (!rescan_is_in(entry->undo, entry->nr_undo))
		return false;
	for (size_t i = 0; i < entry->nr_hosts; i++) {
		const struct expected_host *host = &entry->hosts[i];

		if (strstr(options, host->host) && !is_on_bus(host->bus, host->host))
			return true;
	}
	return false;
}

/*
 * A module with the name of a device in its options can fail to load without that device. The
 * rescan then comes first, even if another entry removed the device.
 */
static bool needs_rescan(const struct step *steps, size_t count,
			 const struct journal_entry *entries, size_t nr_entries)
{
	if (rescan_is_in(steps, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; steps[i].options && j < nr_entries; j++) {
			if (name_removed(steps[i].options, &entries[j]))
				return true;
		}
	}
	return false;
}

struct step *reattach_steps(const struct step *steps, size_t count,
			    const struct journal_entry *entries, size_t nr_entries, size_t *nr_now)
{
	_cleanup_free_ struct step *overrides = NULL, *all = NULL;
	enum flag autoprobe = FLAG_UNKNOWN;
	size_t nr_overrides = 0, nr_all = 0;

	if (needs_rescan(steps, count, entries, nr_entries))
		*APPEND(all, nr_all) = (struct step){.action = STEP_RESCAN, .bus = "pci"};
	for (size_t i = 0; i < count; i++)
		*APPEND(all, nr_all) = steps[i];
	if (rescan_is_in(all, nr_all))
		autoprobe = settings_autoprobe("pci");
	for (size_t i = 0; i < nr_entries; i++)
		add_overrides(&entries[i], &overrides, &nr_overrides);
	return rescan_guard(all, nr_all, overrides, nr_overrides, autoprobe, nr_now);
}

/* Print what is not as before, and all that the kernel logged during the steps */
static void say_failed(const char *command, const struct observed *observed,
		       const struct checks *checks)
{
	say_unread(command);
	say_failed_checks(command, checks);
	for (size_t i = 0; i < observed->nr_log; i++)
		fprintf(stderr, "%s: the kernel: %s\n", command, observed->log[i].text);
}

static void say_outcome(const struct reattach_task *task, const struct observed *observed, int rc,
			const struct checks *checks)
{
	if (rc < 0)
		say_why_steps_failed(task->command, task->steps, observed, task->timeout, rc);
	if (!checks_passed(checks))
		say_failed(task->command, observed, checks);
	if (task->timeline) {
		draw_timeline(NULL, observed);
		draw_checks(checks);
	}
}

static struct json_object *report(const struct reattach_task *task, const struct observed *observed,
				  const struct reattach_outcome *outcome,
				  const struct checks *checks)
{
	const struct reattach_report values = {
		.steps = task->steps,
		.nr_steps = task->nr_steps,
		.hosts = task->hosts,
		.nr_hosts = task->nr_hosts,
		.from_journal = task->nr_entries > 0,
		.observed = observed,
		.after = &outcome->after,
		.checks = checks,
	};

	if (task->page)
		html_reattach(task->page, &values);
	return report_reattach(&values);
}

static bool is_done(const struct step_result *result)
{
	return result->ended_us > 0 && result->rc == 0;
}

/*
 * The last steps of an undo restore a driver_override that was only set for a bind, and bind the
 * memdevs of others. That the host is back does not show that these steps were run.
 */
static bool undo_is_done(const struct reattach_task *task, const struct reattach_entry *entry,
			 const struct observed *observed)
{
	for (size_t i = 0; i < task->nr_steps; i++) {
		for (size_t j = 0; j < entry->nr_undo; j++) {
			if (step_same(&task->steps[i], &entry->undo[j]) &&
			    (i >= observed->nr_steps || !is_done(&observed->steps[i])))
				return false;
		}
	}
	return true;
}

/*
 * Return 0, or a negative errno after a message. After an error an attached host stays in the
 * journal.
 */
static int remove_entries(const struct reattach_task *task, const struct observed *observed,
			  const struct reattach_outcome *outcome)
{
	int result = 0;

	for (size_t i = 0; outcome->is_observed && i < task->nr_entries; i++) {
		const struct reattach_entry *entry = &task->entries[i];
		int rc = 0;

		if (hosts_are_reattached(&task->hosts[entry->first_host], entry->nr_hosts,
					 &outcome->after) &&
		    undo_is_done(task, entry, observed))
			rc = journal_remove(entry->name);
		/* A user may have removed it. */
		if (rc == 0 || rc == -ENOENT)
			continue;
		fprintf(stderr, "%s: cannot remove %s/%s.json: %s\n", task->command,
			journal_directory(), entry->name, strerror(-rc));
		result = rc;
	}
	return result;
}

int reattach_and_report(const struct reattach_task *task, struct watch *watch,
			struct json_object **json)
{
	const struct reattach reattach = {
		.steps = task->steps,
		.nr_steps = task->nr_steps,
		.hosts = task->hosts,
		.nr_hosts = task->nr_hosts,
		.before = task->before,
		.is_back = hosts_are_reattached,
		.timeout_us = (uint64_t)(task->timeout * 1000000),
		.progress = show_progress,
	};
	struct reattach_outcome outcome;
	struct checks checks;
	int rc, status;

	reattach_run(&reattach, watch, &outcome);
	progress_end();
	checks_of_attach(task->hosts, task->nr_hosts, outcome.is_observed ? &outcome.after : NULL,
			 &watch->observed, &checks);
	rc = remove_entries(task, &watch->observed, &outcome);
	test_point("back");
	say_outcome(task, &watch->observed, outcome.rc, &checks);
	*json = report(task, &watch->observed, &outcome, &checks);
	status = steps_status(outcome.rc ?: rc, &checks);
	checks_release(&checks);
	reattach_outcome_release(&outcome);
	return status;
}
