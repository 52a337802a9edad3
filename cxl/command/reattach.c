// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/act/journal.h"
#include "attach/act/watch.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/read/driver.h"
#include "attach/read/take.h"
#include "attach/verify/checks.h"
#include "cxl/command/command.h"
#include "cxl/command/reattach.h"
#include "cxl/report/detach-draw.h"
#include "cxl/report/detach-report.h"
#include "cxl/report/report.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/test-point.h"

double parse_seconds(const char *arg, const struct argp_state *state)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || *end || !(value > 0) || value > 86400)
		argp_error(state, "'%s' is no number of seconds", arg);
	return value;
}

void show_progress(const struct step *step, uint64_t us)
{
	_cleanup_free_ char *what = step ? step_text(step) : NULL;

	if (!isatty(STDERR_FILENO))
		return;
	if (what)
		fprintf(stderr, "\r\033[Kcxl: %s: %.1f s", what, (double)us / 1000000);
	else
		fputs("\r\033[K", stderr);
}

void reattach_entry(struct reattach *back, const struct journal_entry *entry)
{
	back->steps = entry->undo;
	back->nr_steps = entry->nr_undo;
	back->hosts = entry->hosts;
	back->nr_hosts = entry->nr_hosts;
	back->entry = entry;
}

/* What it looks like now */
static int look(const struct reattach *back, const struct watch *watch, struct snapshot *after,
		struct checks *checks)
{
	int rc;

	snapshot_release(after);
	rc = snapshot_take_brief(back->before, after);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < back->nr_hosts; i++) {
		free(back->hosts[i].driver_now);
		back->hosts[i].driver_now = driver_of(back->hosts[i].bus, back->hosts[i].host);
	}
	checks_release(checks);
	checks_of_attach(back->hosts, back->nr_hosts, after, &watch->observed, checks);
	return 0;
}

/* The last check is about the kernel log, in which nothing gets better by waiting. */
static bool is_back(const struct checks *checks)
{
	for (size_t i = 0; i + 1 < checks->count; i++) {
		if (checks->list[i].result != CHECK_PASSED)
			return false;
	}
	return checks->count > 0;
}

/* Where a step was refused, there is nothing to wait for. */
static int run(const struct reattach *back, struct watch *watch, struct snapshot *after,
	       struct checks *checks)
{
	uint64_t until = clock_now() + back->timeout_us;
	int looked,
		rc = watch_run(watch, back->steps, back->nr_steps, back->timeout_us, show_progress);

	watch_dismiss(watch);
	show_progress(NULL, 0);
	test_point("returned");
	if (rc == -ETIME) {
		checks_of_attach(back->hosts, back->nr_hosts, NULL, &watch->observed, checks);
		return rc;
	}
	looked = look(back, watch, after, checks);
	while (rc == 0 && looked == 0 && !is_back(checks) && clock_now() < until) {
		looked = watch_wait(watch, until);
		if (looked == 0)
			looked = look(back, watch, after, checks);
	}
	return rc < 0 ? rc : looked;
}

static void say_steps(const struct reattach *back, const struct watch *watch, int rc)
{
	for (size_t i = 0; i < watch->observed.nr_steps; i++) {
		_cleanup_free_ char *step = step_text(&back->steps[i]);

		if (watch->observed.stuck.pid && watch->observed.stuck.step == i)
			fprintf(stderr,
				"%s: the kernel has not come back from this: %s (process %d)\n",
				back->command, step, (int)watch->observed.stuck.pid);
		else if (watch->observed.steps[i].rc < 0)
			fprintf(stderr, "%s: cannot %s: %s\n", back->command, step,
				strerror(-watch->observed.steps[i].rc));
		else
			continue;
		return;
	}
	fprintf(stderr, "%s: cannot bring it back: %s\n", back->command, strerror(-rc));
}

/* What is not as it was, and what the kernel said meanwhile */
static void say_broken(const struct reattach *back, const struct watch *watch,
		       const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];

		if (check->result != CHECK_PASSED)
			fprintf(stderr, "%s: %s: %s\n", back->command, check->name,
				check->detail ?: "");
	}
	for (size_t i = 0; i < watch->observed.nr_log; i++)
		fprintf(stderr, "%s: the kernel: %s\n", back->command, watch->observed.log[i].text);
}

static struct json_object *report_host(const struct expected_host *host,
				       const struct snapshot *after)
{
	struct json_object *json = json_new_object(), *regions = json_new_array();

	json_add_string(json, "host", host->host);
	json_add_string(json, "provider", host->driver_now);
	for (size_t i = 0; i < after->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &after->memdevs[i];

		if (!memdev->host.name || strcmp(memdev->host.name, host->host) != 0)
			continue;
		json_add_string(json, "memdev", memdev->name);
		for (size_t j = 0; j < memdev->nr_regions; j++)
			json_append(regions, report_extent(memdev->regions[j], false));
	}
	json_add(json, "regions", regions);
	return json;
}

static void report(const struct reattach *back, const struct watch *watch,
		   const struct snapshot *after, const struct checks *checks,
		   struct json_object *json)
{
	struct json_object *hosts = json_new_array();

	for (size_t i = 0; i < back->nr_hosts; i++)
		json_append(hosts, report_host(&back->hosts[i], after));
	json_add_string(json, "from", back->entry ? "journal" : "host");
	json_add(json, "hosts", hosts);
	report_watch(json, back->steps, back->nr_steps, &watch->observed, checks);
	if (back->timeline) {
		draw_timeline(NULL, &watch->observed);
		draw_checks(checks);
	}
}

int reattach_run(const struct reattach *back, struct watch *watch, struct json_object *json)
{
	struct checks checks = {0};
	struct snapshot after = {0};
	int rc, status;

	watch_forget(watch);
	rc = run(back, watch, &after, &checks);
	if (rc < 0)
		say_steps(back, watch, rc);
	if (!checks_passed(&checks))
		say_broken(back, watch, &checks);
	if (back->entry && is_back(&checks))
		journal_remove(back->entry);
	test_point("back");
	report(back, watch, &after, &checks, json);
	status = rc < 0 && rc != -ETIME	  ? EXIT_FAILED
		 : checks_passed(&checks) ? EXIT_DONE
					  : EXIT_NOT_VERIFIED;
	checks_release(&checks);
	snapshot_release(&after);
	return status;
}
