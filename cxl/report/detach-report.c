// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "attach/act/journal.h"
#include "attach/model/changes.h"
#include "attach/model/expected.h"
#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/handover.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks-detach.h"
#include "cxl/report/detach-report.h"
#include "cxl/report/report.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/text.h"

static struct json_object *report_step(const struct step *step)
{
	_cleanup_free_ char *file = step_file(step);
	struct json_object *json = json_new_object();

	json_add_string(json, "action", step_name(step->action));
	json_add_string(json, "bus", step->bus);
	json_add_string(json, "driver", step->driver);
	json_add_string(json, "device", step->device);
	json_add_string(json, "options", step->options);
	if (step->action == STEP_AUTOPROBE)
		json_add_bool(json, "on", step->on);
	json_add_string(json, "file", file);
	return json;
}

struct json_object *report_steps(const struct step *steps, size_t count,
				 const struct observed *observed)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json_object *json = report_step(&steps[i]);
		const struct step_result *done = observed ? &observed->steps[i] : NULL;

		if (done && done->begun_us)
			json_add_number(json, "us", done->begun_us - observed->steps[0].begun_us);
		if (done && done->ended_us)
			json_add_number(json, "took_us", done->ended_us - done->begun_us);
		if (done && done->rc < 0)
			json_add_string(json, "error", strerror(-done->rc));
		json_append(array, json);
	}
	return array;
}

static struct json_object *report_names(const char *const *names, size_t count)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < count; i++)
		json_append(array, json_object_new_string(names[i]));
	return array;
}

static struct json_object *report_named(const struct snapshot_memdev *const *memdevs, size_t count)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < count; i++)
		json_append(array, json_object_new_string(memdevs[i]->name));
	return array;
}

static struct json_object *report_lost_memdev(const struct snapshot_memdev *memdev)
{
	struct json_object *json = report_owner(memdev);

	json_add_string(json, "endpoint", memdev->endpoint ? memdev->endpoint->name : NULL);
	json_add(json, "dependents", report_dependents(&memdev->host));
	report_add_pci(json, &memdev->host);
	return json;
}

static struct json_object *report_lost_region(const struct plan *plan,
					      const struct snapshot_region *region, bool human)
{
	struct json_object *json = report_extent(region, human);

	json_add_bool(json, "removed", changes_have(&plan->changes, CHANGE_REMOVED, region->name));
	return json;
}

static struct json_object *report_losses(const struct plan *plan, bool human)
{
	struct json_object *json = json_new_object();
	struct json_object *memdevs = json_new_array(), *regions = json_new_array();

	for (size_t i = 0; i < plan->nr_memdevs; i++)
		json_append(memdevs, report_lost_memdev(plan->memdevs[i]));
	for (size_t i = 0; i < plan->nr_regions; i++)
		json_append(regions, report_lost_region(plan, plan->regions[i], human));
	json_add(json, "memdevs", memdevs);
	json_add(json, "others", report_named(plan->others, plan->nr_others));
	json_add(json, "regions", regions);
	json_add(json, "hosts", report_names(plan->hosts, plan->nr_hosts));
	return json;
}

/* Report the decoders that are still committed when their regions are gone */
static struct json_object *report_stays(const struct plan *plan)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < plan->nr_regions; i++) {
		const struct snapshot_region *region = plan->regions[i];

		for (size_t j = 0; j < region->nr_decoders; j++) {
			const char *name = region->decoders[j]->name;

			if (!changes_have(&plan->changes, CHANGE_REMOVED, name))
				json_append(array, json_object_new_string(name));
		}
	}
	return array;
}

static struct json_object *report_excess(const struct plan *plan)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < plan->nr_excess; i++) {
		const struct plan_excess *excess = &plan->excess[i];
		struct json_object *json;

		if (excess->user) {
			json_append(array, report_user(excess->user));
			continue;
		}
		json = json_new_object();
		json_add_string(json, "kind", excess->kind);
		json_add_string(json, "name", excess->name);
		json_add_string(json, "what", excess->why);
		json_append(array, json);
	}
	return array;
}

static struct json_object *report_changes(const struct changes *changes)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < changes->count; i++) {
		struct json_object *json = json_new_object();

		json_add_string(json, "device", changes->list[i].name);
		json_add_string(json, "change", change_kind_name(changes->list[i].kind));
		json_append(array, json);
	}
	return array;
}

struct json_object *report_plan(const struct plan *plan, enum plan_verdict verdict, bool human)
{
	struct json_object *json = json_new_object();

	json_add(json, "memdevs", report_named(plan->named, plan->nr_named));
	json_add_string(json, "method", detach_method_name(plan->method));
	json_add_string(json, "hand_to", plan->hand_to);
	json_add_string(json, "verdict", plan_verdict_name(verdict));
	json_add(json, "steps", report_steps(plan->steps, plan->nr_steps, NULL));
	json_add(json, "detaches", report_losses(plan, human));
	json_add(json, "changes", report_changes(&plan->changes));
	json_add(json, "stays", report_stays(plan));
	json_add(json, "excess", report_excess(plan));
	json_add(json, "undo", report_steps(plan->undo, plan->nr_undo, NULL));
	return json;
}

static struct json_object *report_checks(const struct checks *checks)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];
		struct json_object *json = json_new_object();

		json_add_string(json, "check", check->name);
		json_add_string(json, "result", check_result_name(check->result));
		json_add_string(json, "detail", check->detail);
		json_append(array, json);
	}
	return array;
}

static struct json_object *report_timeline(const struct observed *observed)
{
	uint64_t begun = observed_begun(observed);
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < observed->nr_events; i++) {
		const struct observed_event *event = &observed->events[i];
		struct json_object *json = json_new_object();

		json_add_number(json, "us", event->us > begun ? event->us - begun : 0);
		json_add_string(json, "action", event->action);
		json_add_string(json, "subsystem", event->subsystem);
		json_add_string(json, "device", event->device);
		json_append(array, json);
	}
	return array;
}

static struct json_object *report_log(const struct observed *observed)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < observed->nr_log; i++) {
		struct json_object *json = json_new_object();

		json_add_string(json, "text", observed->log[i].text);
		json_add_string(json, "splat", observed->log[i].splat);
		json_append(array, json);
	}
	return array;
}

static struct json_object *report_stuck(const struct observed_stuck *stuck,
					const struct step *steps)
{
	struct json_object *json = json_new_object();

	json_add_number(json, "pid", (uint64_t)stuck->pid);
	json_add(json, "step", report_step(&steps[stuck->step]));
	json_add_string(json, "wchan", stuck->wchan);
	json_add_string(json, "stack", stuck->stack);
	return json;
}

/* Add the steps, events, kernel log and checks of one operation to @json */
static void report_watch(struct json_object *json, const struct step *steps, size_t count,
			 const struct observed *observed, const struct checks *checks)
{
	json_add(json, "steps", report_steps(steps, count, observed));
	if (observed->stuck.pid)
		json_add(json, "stuck", report_stuck(&observed->stuck, steps));
	json_add(json, "timeline", report_timeline(observed));
	json_add_bool(json, "lost_events", observed->lost_events);
	json_add(json, "kernel_log", report_log(observed));
	json_add(json, "checks", report_checks(checks));
	json_add_bool(json, "passed", checks_passed(checks));
}

static struct json_object *report_seen(const struct observation *before,
				       const struct observation *after)
{
	struct changes seen = {0};
	struct json_object *json;

	if (after)
		changes_find(before->snapshot, after->snapshot, &seen);
	json = report_changes(&seen);
	changes_release(&seen);
	return json;
}

static struct json_object *report_exposure(const struct plan *plan, const struct observed *observed)
{
	struct json_object *json = json_new_object();
	uint64_t us;

	if (detach_exposure(plan, observed, &us))
		json_add_number(json, "us", us);
	json_add_string(json, "how",
			plan_excludes_exposure(plan->method) ? "excluded" : "measured");
	return json;
}

static struct json_object *report_handed_host(const struct handover *handover, bool human)
{
	struct json_object *json = json_new_object(), *regions = json_new_array();
	const struct snapshot_memdev *memdev = handover->memdev;

	json_add_string(json, "host", handover->host->name);
	json_add_string(json, "driver", handover->driver);
	json_add_string(json, "result", handover_result_name(handover->result));
	json_add_string(json, "memdev", memdev ? memdev->name : NULL);
	for (size_t i = 0; memdev && i < memdev->nr_regions; i++) {
		struct json_object *region = report_extent(memdev->regions[i], human);

		json_add_bool(region, "same_address",
			      handover_keeps_address(handover, memdev->regions[i]));
		json_append(regions, region);
	}
	json_add(json, "regions", regions);
	return json;
}

static struct json_object *report_handover(const struct detach_report *report)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < report->plan->nr_memdevs; i++) {
		const struct handover handover = handover_of(report->plan, i, report->handed);

		json_append(array, report_handed_host(&handover, report->human));
	}
	return array;
}

struct json_object *report_detach(const struct detach_report *report)
{
	struct json_object *json = json_new_object();
	const struct plan *plan = report->plan;

	json_add(json, "plan", report_plan(plan, report->verdict, report->human));
	report_watch(json, plan->steps, report->observed->nr_steps, report->observed,
		     report->checks);
	json_add(json, "changes", report_seen(report->before, report->after));
	json_add(json, "exposure", report_exposure(plan, report->observed));
	if (report->handed)
		json_add(json, "handover", report_handover(report));
	return json;
}

static struct json_object *report_host(const struct expected_host *host,
				       const struct snapshot *after)
{
	struct json_object *json = json_new_object(), *regions = json_new_array();

	json_add_string(json, "host", host->host);
	json_add_string(json, "provider", host->driver_now);
	for (size_t i = 0; i < after->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &after->memdevs[i];

		if (!streq(memdev->host.name, host->host))
			continue;
		json_add_string(json, "memdev", memdev->name);
		for (size_t j = 0; j < memdev->nr_regions; j++)
			json_append(regions, report_extent(memdev->regions[j], false));
	}
	json_add(json, "regions", regions);
	return json;
}

struct json_object *report_attach_plan(const struct expected_host *hosts, size_t nr_hosts,
				       const struct step *steps, size_t nr_steps)
{
	struct json_object *json = json_new_object(), *array = json_new_array();

	for (size_t i = 0; i < nr_hosts; i++) {
		struct json_object *host = json_new_object();

		json_add_string(host, "host", hosts[i].host);
		json_add_string(host, "provider", hosts[i].driver);
		json_add_string(host, "memdev", hosts[i].memdev);
		json_append(array, host);
	}
	json_add(json, "hosts", array);
	json_add(json, "steps", report_steps(steps, nr_steps, NULL));
	return json;
}

struct json_object *report_reattach(const struct reattach_report *report)
{
	struct json_object *json = json_new_object(), *hosts = json_new_array();

	for (size_t i = 0; i < report->nr_hosts; i++)
		json_append(hosts, report_host(&report->hosts[i], report->after));
	json_add_string(json, "from", report->from_journal ? "journal" : "host");
	json_add(json, "hosts", hosts);
	report_watch(json, report->steps, report->nr_steps, report->observed, report->checks);
	return json;
}

struct json_object *report_journal_entry(const struct journal_entry *entry, const char *host)
{
	_cleanup_free_ char *command = xasprintf("cxl attach-memdev %s", host);
	struct json_object *json = json_new_object();

	json_add_string(json, "method", entry->method);
	json_add_string(json, "hand_to", entry->hand_to);
	json_add_number(json, "time_us", entry->time_us);
	json_add_string(json, "reattach_command", command);
	return json;
}
