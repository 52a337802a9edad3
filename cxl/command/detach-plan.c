// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/read/dependents.h"
#include "attach/read/pci-device.h"
#include "attach/read/reload.h"
#include "attach/read/take.h"
#include "attach/read/users.h"
#include "cxl/command/detach-plan.h"
#include "cxl/command/messages.h"
#include "cxl/command/reattach.h"
#include "cxl/command/there-is.h"
#include "cxl/report/detach-draw.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/memory.h"
#include "util/progress.h"

#define NAME "cxl detach-memdev"

static const struct snapshot_memdev *find_memdev(const struct snapshot *snapshot, const char *given)
{
	_cleanup_free_ char *name = xasprintf("mem%s", given);

	return snapshot_find_memdev(snapshot, given) ?: snapshot_find_memdev(snapshot, name);
}

/* The names to choose from: the attached memdevs */
static char *attached_memdevs(const struct planned_detach *planned)
{
	struct there_is there;

	there_is_begin(&there);
	for (size_t i = 0; i < planned->before.nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &planned->before.memdevs[i];

		if (attach_of_memdev(&planned->answers, memdev)->state != ATTACH_NONE)
			there_is_add(&there, memdev->name);
	}
	return there_is_end(&there);
}

/* Return false, after a message, if this command cannot detach the memdev */
static bool can_be_detached(const struct planned_detach *planned, const char *name,
			    const struct snapshot_memdev *memdev)
{
	if (!memdev) {
		_cleanup_free_ char *there = attached_memdevs(planned);

		fprintf(stderr, NAME ": %s: no such memdev (attached: %s)\n", name, there);
	} else if (attach_of_memdev(&planned->answers, memdev)->state == ATTACH_NONE) {
		fprintf(stderr,
			NAME ": %s: not attached by a driver (use 'cxl disable-memdev %s')\n",
			memdev->name, memdev->name);
	} else if (!memdev->host.name || !memdev->host.driver || !memdev->host.subsystem) {
		fprintf(stderr, NAME ": %s: its provider is gone\n", memdev->name);
	} else {
		return true;
	}
	return false;
}

/* The chosen memdevs. A named memdev that cannot be chosen is reported. */
struct chosen {
	const struct snapshot_memdev **memdevs;
	size_t count;
};

/* "all" means the memdevs that this command can detach. */
static bool choose_all(const struct planned_detach *planned, struct chosen *chosen)
{
	for (size_t i = 0; i < planned->before.nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &planned->before.memdevs[i];

		if (attach_of_memdev(&planned->answers, memdev)->state == ATTACH_NONE)
			continue;
		if (!can_be_detached(planned, memdev->name, memdev))
			return false;
		*APPEND(chosen->memdevs, chosen->count) = memdev;
	}
	if (chosen->count == 0)
		fputs(NAME ": all: no memdev is attached by a driver\n", stderr);
	return chosen->count > 0;
}

static bool choose(const struct planned_detach *planned, const char *name, struct chosen *chosen)
{
	const struct snapshot_memdev *memdev;

	if (strcmp(name, "all") == 0)
		return choose_all(planned, chosen);
	memdev = find_memdev(&planned->before, name);
	if (!can_be_detached(planned, name, memdev))
		return false;
	*APPEND(chosen->memdevs, chosen->count) = memdev;
	return true;
}

/* Infer which driver attached what. Modules are read only if the devices do not show it. */
static void infer(struct planned_detach *planned, bool has_modules)
{
	bool open = false;

	attach_infer(&planned->before, &planned->answers);
	for (size_t i = 0; i < planned->before.nr_memdevs; i++)
		open |= planned->answers.memdevs[i].state == ATTACH_UNKNOWN;
	if (!open || has_modules)
		return;
	attach_answers_release(&planned->answers);
	snapshot_add_modules(&planned->before);
	attach_infer(&planned->before, &planned->answers);
}

static int take_snapshot(const struct detach_request *request, struct planned_detach *planned)
{
	/* A module may also drive hosts without a memdev. These hosts also lose their driver. */
	bool whole = request->method == METHOD_MODULE || request->watch_only;
	int rc = whole ? snapshot_take(ROOT_LIVE, &planned->before)
		       : snapshot_take_devices(ROOT_LIVE, &planned->before);

	if (rc < 0) {
		fprintf(stderr, NAME ": cannot read the CXL devices: %s\n", strerror(-rc));
		return EXIT_FAILED;
	}
	infer(planned, whole);
	return EXIT_DONE;
}

static int make_plan(const struct detach_request *request, struct planned_detach *planned)
{
	struct chosen chosen = {0};
	_cleanup_free_ char *why = NULL;

	for (int i = 0; i < request->memdevs.count; i++) {
		if (choose(planned, request->memdevs.list[i], &chosen))
			continue;
		free(chosen.memdevs);
		return EXIT_FAILED;
	}
	snapshot_read_dependents(&planned->before);
	snapshot_read_pci_devices(&planned->before);
	snapshot_read_users(&planned->before);
	if (request->method == METHOD_MODULE)
		snapshot_read_reloads(&planned->before);
	why = plan_make(&planned->answers, chosen.memdevs, chosen.count, request->method,
			request->hand_to, &planned->plan);
	free(chosen.memdevs);
	if (why) {
		fprintf(stderr, NAME ": %s\n", why);
		return EXIT_CANNOT;
	}
	reattach_prove(&planned->plan);
	planned->verdict = request->watch_only ? PLAN_WATCHED
					       : plan_judge(&planned->plan, request->force,
							    request->lose_system_ram);
	return EXIT_DONE;
}

int plan_detach(const struct detach_request *request, struct planned_detach *planned)
{
	int status;

	progress_begin("cxl: reading the CXL devices and their users");
	status = take_snapshot(request, planned) ?: make_plan(request, planned);
	progress_end();
	/* An incomplete plan would detach more than it says. */
	return say_unread(NAME) ? EXIT_FAILED : status;
}

int obey_verdict(const struct detach_request *request, const struct planned_detach *planned)
{
	const struct plan *plan = &planned->plan;

	if (planned->verdict == PLAN_ALLOWED)
		return EXIT_DONE;
	if (planned->verdict == PLAN_FORCED)
		fputs(NAME ": also lost, in use, or not to be undone:\n", stderr);
	else if (plan->loses_system_ram && !request->lose_system_ram)
		fputs(NAME ": refused without --lose-system-ram: memory that is online as system "
			   "RAM would be lost, which can crash the machine:\n",
		      stderr);
	else
		fputs(NAME ": refused without -f: the following would also be lost, is in "
			   "use, or cannot be undone:\n",
		      stderr);
	say_excess(plan);
	return planned->verdict == PLAN_REFUSED ? EXIT_REFUSED : EXIT_DONE;
}

void planned_detach_release(struct planned_detach *planned)
{
	plan_release(&planned->plan);
	if (planned->answers.snapshot)
		attach_answers_release(&planned->answers);
	snapshot_release(&planned->before);
}
