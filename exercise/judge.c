// SPDX-License-Identifier: LGPL-2.1-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/verify/checks-attach.h"
#include "attach/verify/checks-detach.h"
#include "attach/verify/splat.h"
#include "exercise/exercise-private.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"

uint64_t exercise_read_taint(void)
{
	return sysfs_read_number(AT_FDCWD, "/proc/sys/kernel/tainted");
}

bool exercise_is_broken(const struct exercise *exercise)
{
	const struct watch *watch = &exercise->watch;
	bool fatal = false;
	struct splats splats;

	splats_find(watch->observed.log, watch->observed.nr_log, &splats);
	for (size_t i = 0; i < splats.count; i++)
		fatal |= splat_is_fatal(&splats.list[i]);
	splats_release(&splats);
	return fatal;
}

void exercise_note(struct outcome *outcome, const char *kind, char *signature, char *detail)
{
	*APPEND(outcome->findings, outcome->nr_findings) = (struct finding){
		.kind = kind,
		.signature = signature,
		.detail = detail,
	};
}

/* Where in the kernel it is: the first function of CXL's modules in its stack, else the innermost
 */
static char *stuck_in(const char *wchan, const char *stack)
{
	const char *line = stack, *module = strstr(stack, " [cxl");

	for (const char *at = stack; module && (at = strchr(at, '\n')) && at < module; at++)
		line = at + 1;
	if (sscanf(line, "[<%*[^>]>] ") == 0 && strchr(line, ' '))
		line = strchr(line, ' ') + 1;
	return *line ? xasprintf("stuck %.*s", (int)strcspn(line, "+\n"), line)
		     : xasprintf("stuck %s", *wchan ? wchan : "somewhere");
}

void exercise_note_stuck(struct exercise *exercise, struct outcome *outcome, const char *who,
			 pid_t pid)
{
	_cleanup_free_ char *wchan_file = xasprintf("/proc/%d/wchan", (int)pid);
	_cleanup_free_ char *stack_file = xasprintf("/proc/%d/stack", (int)pid);
	char wchan[128] = "", stack[SYSFS_ATTR_MAX] = "";

	sysfs_read(AT_FDCWD, wchan_file, wchan, sizeof(wchan));
	sysfs_read(AT_FDCWD, stack_file, stack, sizeof(stack));
	exercise_note(outcome, "stuck", stuck_in(wchan, stack),
		      xasprintf("%s (process %d) has not come back after %ju s\n%s", who, (int)pid,
				(uintmax_t)(exercise->limit_us / 1000000), stack));
	outcome->stop = true;
}

/* Each check that did not hold, but for the splats, which are looked for in the whole trial */
static void note_checks(struct outcome *outcome, const char *kind, struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];

		if (check->result == CHECK_FAILED && strcmp(check->name, "no-splat") != 0)
			exercise_note(outcome, kind, xasprintf("%s %s", kind, check->name),
				      memory_check(strdup(check->detail ?: "")));
	}
	checks_release(checks);
}

void exercise_judge_detach(struct exercise *exercise, struct outcome *outcome,
			   const struct iomem *iomem)
{
	const struct plan *plan = &exercise->plan;
	const char **drivers = memory_check(calloc(plan->nr_memdevs + 1, sizeof(*drivers)));
	const struct observation before = {
		.snapshot = &exercise->baseline,
		.iomem = exercise->iomem.count ? &exercise->iomem : NULL,
	};
	const struct observation after = {
		.snapshot = &exercise->last,
		.iomem = iomem->count ? iomem : NULL,
		.drivers = drivers,
	};
	struct checks checks;

	for (size_t i = 0; i < plan->nr_memdevs; i++)
		drivers[i] = exercise_driver_now(exercise, &plan->memdevs[i]->host);
	checks_of_detach(plan, &before, &after, &exercise->watch.observed, &checks);
	note_checks(outcome, "check", &checks);
	if (detach_exposure(plan, &exercise->watch.observed, &outcome->exposure_us) &&
	    outcome->exposure_us > exercise->exposure_limit_us)
		exercise_note(outcome, "exposure", memory_check(strdup("exposure")),
			      xasprintf("the region was gone for %ju us while its provider was "
					"still bound",
					(uintmax_t)outcome->exposure_us));
	for (size_t i = 0; i < plan->nr_memdevs; i++)
		free((char *)drivers[i]);
	free(drivers);
}

void exercise_judge_quiet(struct exercise *exercise, struct outcome *outcome)
{
	struct iomem iomem = {0};
	struct observation after = {.snapshot = &exercise->last};
	struct checks checks;

	if (iomem_read(&iomem) == 0)
		after.iomem = &iomem;
	checks_at_rest(exercise->hosts, exercise->nr_hosts, &after, &checks);
	note_checks(outcome, "quiet", &checks);
	iomem_release(&iomem);
}

static char *lines_of(const struct watch *watch, const struct splat *splat)
{
	char *text = memory_check(strdup(""));

	for (size_t i = splat->first; i < splat->first + splat->count; i++) {
		_cleanup_free_ char *before = text;

		text = xasprintf("%s%s\n", before, watch->observed.log[i].text);
	}
	return text;
}

void exercise_note_splats(struct exercise *exercise, struct outcome *outcome)
{
	const struct watch *watch = &exercise->watch;
	uint64_t taint = exercise_read_taint();
	struct splats splats;

	splats_find(watch->observed.log, watch->observed.nr_log, &splats);
	for (size_t i = 0; i < splats.count; i++)
		exercise_note(outcome, "splat", memory_check(strdup(splats.list[i].signature)),
			      lines_of(watch, &splats.list[i]));
	if (splats.count == 0 && taint & ~exercise->taint)
		exercise_note(outcome, "taint",
			      xasprintf("taint %ju", (uintmax_t)(taint & ~exercise->taint)),
			      memory_check(strdup("the kernel is tainted, and its log does not say "
						  "why")));
	exercise->taint = taint;
	outcome->log_lost = watch->observed.lost_log;
	splats_release(&splats);
}
