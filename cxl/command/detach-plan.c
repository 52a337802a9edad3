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
#include "cxl/report/detach-draw.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/memory.h"

#define NAME "cxl detach-memdev"

static const struct snapshot_memdev *find_memdev(const struct snapshot *snapshot, const char *given)
{
	_cleanup_free_ char *name = xasprintf("mem%s", given);

	return snapshot_find_memdev(snapshot, given) ?: snapshot_find_memdev(snapshot, name);
}

/* The memdevs that are named; NULL, having said why, if one cannot be detached by this command */
static const struct snapshot_memdev **find_named(const struct option_arguments *names,
						 const struct planned_detach *planned)
{
	const struct snapshot_memdev **named =
		memory_check(calloc((size_t)names->count, sizeof(*named)));

	for (int i = 0; i < names->count; i++) {
		named[i] = find_memdev(&planned->before, names->list[i]);
		if (!named[i])
			fprintf(stderr, NAME ": %s: no such memdev\n", names->list[i]);
		else if (attach_of_memdev(&planned->answers, named[i])->state == ATTACH_NONE)
			fprintf(stderr,
				NAME ": %s: not attached by a driver (use 'cxl disable-memdev "
				     "%s')\n",
				named[i]->name, named[i]->name);
		else if (!named[i]->host.name || !named[i]->host.driver ||
			 !named[i]->host.subsystem)
			fprintf(stderr, NAME ": %s: its provider is gone\n", named[i]->name);
		else
			continue;
		free(named);
		return NULL;
	}
	return named;
}

/* Infer who attached what. Modules are read only if the devices do not tell. */
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
	/* A module may also drive hosts without a memdev, which then lose their driver. */
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
	_cleanup_free_ const struct snapshot_memdev **named =
		find_named(&request->memdevs, planned);
	_cleanup_free_ char *why = NULL;

	if (!named)
		return EXIT_FAILED;
	snapshot_read_dependents(&planned->before);
	snapshot_read_pci_devices(&planned->before);
	snapshot_read_users(&planned->before);
	if (request->method == METHOD_MODULE)
		snapshot_read_reloads(&planned->before);
	why = plan_make(&planned->answers, named, (size_t)request->memdevs.count, request->method,
			request->hand_to, &planned->plan);
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
	int status = take_snapshot(request, planned) ?: make_plan(request, planned);

	/* A plan that misses something would lose more than it says. */
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
