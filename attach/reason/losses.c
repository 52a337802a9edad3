// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "attach/model/plan.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/losses.h"
#include "util/memory.h"
#include "util/text.h"

static void lose_decoders(struct plan *plan, const struct snapshot_port *port)
{
	for (size_t i = 0; i < port->nr_decoders; i++)
		changes_add(&plan->changes, CHANGE_REMOVED, port->decoders[i]->name);
}

static void lose_port(struct plan *plan, const struct snapshot_port *port)
{
	changes_add(&plan->changes, CHANGE_REMOVED, port->name);
	lose_decoders(plan, port);
}

/*
 * A region that a driver owns is removed. Any other region only loses its target, and its driver.
 */
static void lose_region(struct plan *plan, const struct snapshot_region *region, bool owned)
{
	if (owned) {
		changes_add(&plan->changes, CHANGE_REMOVED, region->name);
	} else {
		changes_add(&plan->changes, CHANGE_ALTERED, region->name);
		if (region->driver)
			changes_add(&plan->changes, CHANGE_UNBOUND, region->name);
	}
	if (!CONTAINS(plan->regions, plan->nr_regions, region))
		*APPEND(plan->regions, plan->nr_regions) = region;
}

/* An attached memdev is removed with its endpoint. Any other memdev only loses its driver. */
void lose_memdev(const struct attach_answers *answers, const struct snapshot_memdev *memdev,
		 struct plan *plan)
{
	bool attached = attach_of_memdev(answers, memdev)->state != ATTACH_NONE;

	if (memdev->endpoint)
		lose_port(plan, memdev->endpoint);
	for (size_t i = 0; i < memdev->nr_regions; i++)
		lose_region(plan, memdev->regions[i], attached);
	if (attached) {
		changes_add(&plan->changes, CHANGE_REMOVED, memdev->name);
		if (!CONTAINS(plan->memdevs, plan->nr_memdevs, memdev))
			*APPEND(plan->memdevs, plan->nr_memdevs) = memdev;
	} else {
		if (memdev->enabled)
			changes_add(&plan->changes, CHANGE_UNBOUND, memdev->name);
		if (!CONTAINS(plan->others, plan->nr_others, memdev))
			*APPEND(plan->others, plan->nr_others) = memdev;
	}
}

void lose_below(const struct attach_answers *answers, const struct snapshot_port *top,
		struct plan *plan)
{
	const struct snapshot *snapshot = answers->snapshot;

	lose_decoders(plan, top);
	for (size_t i = 0; i < snapshot->nr_ports; i++) {
		const struct snapshot_port *port = &snapshot->ports[i];

		if (port != top && snapshot_is_below(port, top))
			lose_port(plan, port);
	}
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		if (snapshot_is_below(snapshot->memdevs[i].endpoint, top))
			lose_memdev(answers, &snapshot->memdevs[i], plan);
	}
}

void lose_bus(const struct attach_answers *answers, const struct snapshot_port *root,
	      struct plan *plan)
{
	const struct snapshot *snapshot = answers->snapshot;

	lose_below(answers, root, plan);
	changes_add(&plan->changes, CHANGE_REMOVED, root->name);
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		const struct snapshot_region *region = &snapshot->regions[i];

		if (region->root_decoder && region->root_decoder->port == root)
			lose_region(plan, region, true);
	}
}

void lose_module(const struct attach_answers *answers, const char *module, struct plan *plan)
{
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		if (streq(snapshot->memdevs[i].host.module, module))
			lose_memdev(answers, &snapshot->memdevs[i], plan);
	}
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		const struct snapshot_host *host = &snapshot->unattached_hosts[i].host;

		if (host->driver && streq(host->module, module))
			*APPEND(plan->hosts, plan->nr_hosts) = host->name;
	}
}

/*
 * The port of a switch is removed with the last endpoint below it (cxl_detach_ep() in
 * drivers/cxl/core/port.c). The port of a host bridge stays.
 */
void lose_empty_switches(const struct snapshot *snapshot, struct plan *plan)
{
	for (size_t i = 0; i < snapshot->nr_ports; i++) {
		const struct snapshot_port *port = &snapshot->ports[i];
		size_t lost = 0, left = 0;

		if (port->kind != PORT_SWITCH || !port->parent || port->parent->kind == PORT_ROOT)
			continue;
		for (size_t j = 0; j < snapshot->nr_memdevs; j++) {
			const struct snapshot_memdev *memdev = &snapshot->memdevs[j];

			if (!snapshot_is_below(memdev->endpoint, port))
				continue;
			if (CONTAINS(plan->memdevs, plan->nr_memdevs, memdev) ||
			    CONTAINS(plan->others, plan->nr_others, memdev))
				lost++;
			else
				left++;
		}
		if (lost > 0 && left == 0)
			lose_port(plan, port);
	}
}

static void exceed(struct plan *plan, const char *kind, const char *name,
		   const struct snapshot_user *user)
{
	*APPEND(plan->excess, plan->nr_excess) =
		(struct plan_excess){.kind = kind, .name = name, .user = user};
}

/* Test whether the user uses something that is lost */
static bool loses_user(const struct plan *plan, const struct snapshot_user *user)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		if (snapshot_memdev_has_user(plan->memdevs[i], user))
			return true;
	}
	/* The users of a module only prevent unloading it. */
	for (size_t i = 0; i < plan->nr_named && plan->method == METHOD_MODULE; i++) {
		if (streq(plan->named[i]->host.module, user->device))
			return true;
	}
	for (size_t i = 0; i < plan->nr_others; i++) {
		if (strcmp(plan->others[i]->name, user->device) == 0)
			return true;
	}
	for (size_t i = 0; i < plan->nr_regions; i++) {
		if (strcmp(plan->regions[i]->name, user->device) == 0)
			return true;
	}
	return false;
}

static bool is_named(const struct plan *plan, const struct snapshot_region *region)
{
	for (size_t i = 0; i < plan->nr_named; i++) {
		if (CONTAINS(plan->named[i]->regions, plan->named[i]->nr_regions, region))
			return true;
	}
	return false;
}

void find_excess(const struct snapshot *snapshot, struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		if (!CONTAINS(plan->named, plan->nr_named, plan->memdevs[i]))
			exceed(plan, "memdev", plan->memdevs[i]->name, NULL);
	}
	for (size_t i = 0; i < plan->nr_others; i++)
		exceed(plan, "memdev", plan->others[i]->name, NULL);
	for (size_t i = 0; i < plan->nr_regions; i++) {
		if (!is_named(plan, plan->regions[i]))
			exceed(plan, "region", plan->regions[i]->name, NULL);
	}
	for (size_t i = 0; i < plan->nr_hosts; i++)
		exceed(plan, "host", plan->hosts[i], NULL);
	for (size_t i = 0; i < snapshot->nr_users; i++) {
		const struct snapshot_user *user = &snapshot->users[i];

		if (!loses_user(plan, user))
			continue;
		exceed(plan, user->kind, user->device, user);
		plan->loses_system_ram |= strcmp(user->kind, "system-ram") == 0;
	}
}
