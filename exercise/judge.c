// SPDX-License-Identifier: LGPL-2.1-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/observed.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks-attach.h"
#include "attach/verify/checks-detach.h"
#include "attach/verify/splat.h"
#include "exercise/baseline.h"
#include "exercise/judge.h"
#include "exercise/outcome.h"
#include "util/cleanup.h"
#include "util/iomem.h"
#include "util/memory.h"
#include "util/sysfs.h"

uint64_t judge_taint(void)
{
	return sysfs_read_number(AT_FDCWD, "/proc/sys/kernel/tainted");
}

bool judge_is_broken(const struct observed *observed)
{
	bool fatal = false;
	struct splats splats;

	splats_find(observed->log, observed->nr_log, &splats);
	for (size_t i = 0; i < splats.count; i++)
		fatal |= splat_is_fatal(&splats.list[i]);
	splats_release(&splats);
	return fatal;
}

char *judge_stuck_in(const char *wchan, const char *stack)
{
	const char *line = stack, *module = strstr(stack, " [cxl");

	for (const char *at = stack; module && (at = strchr(at, '\n')) && at < module; at++)
		line = at + 1;
	if (sscanf(line, "[<%*[^>]>] ") == 0 && strchr(line, ' '))
		line = strchr(line, ' ') + 1;
	return *line ? xasprintf("stuck %.*s", (int)strcspn(line, "+\n"), line)
		     : xasprintf("stuck %s", *wchan ? wchan : "somewhere");
}

void judge_stuck(struct outcome *outcome, const char *who, pid_t pid, uint64_t limit_us)
{
	_cleanup_free_ char *wchan_file = xasprintf("/proc/%d/wchan", (int)pid);
	_cleanup_free_ char *stack_file = xasprintf("/proc/%d/stack", (int)pid);
	char wchan[128] = "", stack[SYSFS_ATTR_MAX] = "";

	sysfs_read(AT_FDCWD, wchan_file, wchan, sizeof(wchan));
	sysfs_read(AT_FDCWD, stack_file, stack, sizeof(stack));
	outcome_note(outcome, "stuck", judge_stuck_in(wchan, stack),
		     xasprintf("%s (process %d) has not returned after %ju s\n%s", who, (int)pid,
			       (uintmax_t)(limit_us / 1000000), stack));
	outcome->stop = true;
}

/* Add each failed check, except kernel reports: judge_log() finds these in the whole trial. */
static void note_checks(struct outcome *outcome, const char *kind, struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];

		if (check->result == CHECK_FAILED && strcmp(check->name, "no-splat") != 0)
			outcome_note(outcome, kind, xasprintf("%s %s", kind, check->name),
				     memory_check(strdup(check->detail ?: "")));
	}
	checks_release(checks);
}

void judge_detach(struct outcome *outcome, const struct baseline *baseline, const struct plan *plan,
		  const struct observed *observed)
{
	const struct iomem *iomem = &baseline->addresses.ranges;
	char **drivers = memory_check(calloc(plan->nr_memdevs + 1, sizeof(*drivers)));
	const struct observation before = {
		.snapshot = &baseline->first,
		.iomem = baseline->iomem.count ? &baseline->iomem : NULL,
	};
	const struct observation after = {
		.snapshot = &baseline->last,
		.iomem = iomem->count ? iomem : NULL,
		.drivers = (const char *const *)drivers,
	};
	struct checks checks;

	for (size_t i = 0; i < plan->nr_memdevs; i++)
		drivers[i] = baseline_driver_now(baseline, &plan->memdevs[i]->host);
	checks_of_detach(plan, &before, &after, NULL, observed, &checks);
	note_checks(outcome, "check", &checks);
	for (size_t i = 0; i < plan->nr_memdevs; i++)
		free(drivers[i]);
	free(drivers);
}

void judge_exposure(struct outcome *outcome, const struct plan *plan,
		    const struct observed *observed, uint64_t limit_us)
{
	if (!detach_exposure(plan, observed, &outcome->exposure_us) ||
	    outcome->exposure_us <= limit_us)
		return;
	outcome_note(outcome, "exposure", memory_check(strdup("exposure")),
		     xasprintf("the region was gone for %ju us while its provider was still bound",
			       (uintmax_t)outcome->exposure_us));
}

void judge_quiet(struct outcome *outcome, const struct baseline *baseline)
{
	struct iomem iomem = {0};
	struct observation after = {.snapshot = &baseline->last};
	struct checks checks;

	if (iomem_read(ROOT_LIVE, &iomem) == 0)
		after.iomem = &iomem;
	checks_at_rest(baseline->hosts, baseline->nr_hosts, &after, &checks);
	note_checks(outcome, "quiet", &checks);
	iomem_release(&iomem);
}

static bool has_finding(const struct outcome *outcome, const char *signature)
{
	for (size_t i = 0; i < outcome->nr_findings; i++) {
		if (strcmp(outcome->findings[i].signature, signature) == 0)
			return true;
	}
	return false;
}

void judge_uncounted(struct outcome *outcome, const struct baseline *baseline)
{
	/* What checks_of_detach() calls it if it sees it in the same trial */
	static const char signature[] = "check nothing-else";

	for (size_t i = 0; baseline->all_counted && i < baseline->last.nr_decoders; i++) {
		const struct snapshot_decoder *decoder = &baseline->last.decoders[i];

		if (!snapshot_decoder_is_uncounted(decoder) || has_finding(outcome, signature))
			continue;
		outcome_note(outcome, "check", memory_check(strdup(signature)),
			     xasprintf("%s was altered, in this trial or in an earlier one that "
				       "did not read it: %s does not count it as committed",
				       decoder->name, decoder->port->name));
	}
}

void judge_log(struct outcome *outcome, const struct observed *observed, uint64_t *taint)
{
	uint64_t now = judge_taint(), added = now & ~*taint;
	struct splats splats;

	/* A taint that cannot be read is not a new taint. */
	if (now == UINT64_MAX) {
		now = *taint;
		added = 0;
	}
	splats_find(observed->log, observed->nr_log, &splats);
	for (size_t i = 0; i < splats.count; i++)
		outcome_note(
			outcome, "splat", memory_check(strdup(splats.list[i].signature)),
			observed_text(observed->log + splats.list[i].first, splats.list[i].count));
	if (splats.count == 0 && added)
		outcome_note(outcome, "taint", xasprintf("taint %ju", (uintmax_t)added),
			     memory_check(strdup("the kernel is tainted, and its log does not say "
						 "why")));
	*taint = now;
	outcome->log_lost = observed->lost_log;
	splats_release(&splats);
}
