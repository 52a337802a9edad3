// SPDX-License-Identifier: LGPL-2.1-only
#include "attach/model/changes.h"
#include "attach/model/snapshot.h"
#include "attach/verify/checks-handover.h"
#include "util/memory.h"
#include "util/text.h"

static bool is_host_of_plan(const struct plan *plan, const struct snapshot_memdev *memdev)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		if (streq(plan->memdevs[i]->host.name, memdev->host.name))
			return true;
	}
	return false;
}

/*
 * Test whether a device is the memdev itself, its endpoint, a decoder of that, or a region of the
 * memdev
 */
static bool is_of_memdev(const struct snapshot_memdev *memdev, const char *name)
{
	const struct snapshot_port *endpoint = memdev->endpoint;

	if (streq(memdev->name, name) || (endpoint && streq(endpoint->name, name)))
		return true;
	for (size_t i = 0; endpoint && i < endpoint->nr_decoders; i++) {
		if (streq(endpoint->decoders[i]->name, name))
			return true;
	}
	for (size_t i = 0; i < memdev->nr_regions; i++) {
		if (streq(memdev->regions[i]->name, name))
			return true;
	}
	return false;
}

/* Test whether a device is the port of a switch above the memdev, or a decoder of such a port */
static bool is_above_memdev(const struct snapshot *snapshot, const struct snapshot_memdev *memdev,
			    const char *name)
{
	const struct snapshot_decoder *decoder = snapshot_find_decoder(snapshot, name);
	const struct snapshot_port *port =
		decoder ? decoder->port : snapshot_find_port(snapshot, name);

	return port && memdev->endpoint && snapshot_is_below(memdev->endpoint, port);
}

/* A device that the other driver adds for a host's memory belongs to that driver. */
static bool is_of_new_owner(const struct plan *plan, const struct snapshot *handed,
			    const struct change *change)
{
	if (change->kind != CHANGE_ADDED)
		return false;
	for (size_t i = 0; i < handed->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &handed->memdevs[i];

		if (is_host_of_plan(plan, memdev) &&
		    (is_of_memdev(memdev, change->name) ||
		     is_above_memdev(handed, memdev, change->name)))
			return true;
	}
	return false;
}

static void check_rest(const struct plan *plan, const struct snapshot *after,
		       const struct snapshot *handed, struct check *check)
{
	struct changes seen;

	changes_find(after, handed, &seen);
	for (size_t i = 0; i < seen.count; i++) {
		if (!is_of_new_owner(plan, handed, &seen.list[i]))
			check_note(check, CHECK_FAILED, "%s was %s by the handover",
				   seen.list[i].name, change_kind_name(seen.list[i].kind));
	}
	changes_release(&seen);
}

static void check_drivers(const struct plan *plan, const struct observation *handed,
			  struct check *check)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const char *driver = handed->drivers[i];

		if (!streq(driver, plan->hand_to))
			check_note(check, CHECK_FAILED, "%s has %s, not %s",
				   plan->memdevs[i]->host.name, driver ?: "no driver",
				   plan->hand_to);
	}
}

void checks_add_handover(const struct plan *plan, const struct observation *after,
			 const struct observation *handed, struct checks *checks)
{
	struct check *check = APPEND(checks->list, checks->count);

	*check = (struct check){.name = "handed-over"};
	if (!after || !handed) {
		check_note(check, CHECK_NOT_CHECKED, "nothing was observed with %s bound",
			   plan->hand_to);
		return;
	}
	check->result = CHECK_PASSED;
	check_drivers(plan, handed, check);
	check_rest(plan, after->snapshot, handed->snapshot, check);
}
