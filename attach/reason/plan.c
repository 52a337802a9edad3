// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "util/memory.h"
#include "util/text.h"

static const char *const method_names[NR_METHODS] = {
	[METHOD_MEMDEV] = "memdev",
	[METHOD_HOST] = "host",
	[METHOD_ENDPOINT] = "endpoint",
	[METHOD_PORT] = "port",
	[METHOD_BUS] = "bus",
	[METHOD_MODULE] = "module",
	[METHOD_PCI_REMOVE] = "pci-remove",
};

const char *detach_method_name(enum detach_method method)
{
	return method_names[method];
}

bool detach_method_from_name(const char *name, enum detach_method *method)
{
	for (int i = 0; i < NR_METHODS; i++) {
		if (strcmp(method_names[i], name) == 0) {
			*method = (enum detach_method)i;
			return true;
		}
	}
	return false;
}

bool plan_excludes_exposure(enum detach_method method)
{
	return method == METHOD_HOST || method == METHOD_MODULE || method == METHOD_PCI_REMOVE;
}

static bool same_step(const struct step *one, const struct step *other)
{
	return one->action == other->action && one->on == other->on &&
	       streq(one->bus, other->bus) && streq(one->driver, other->driver) &&
	       streq(one->device, other->device);
}

/* Two memdevs may have their port in common. */
static void add_step(struct step **steps, size_t *count, struct step step)
{
	for (size_t i = 0; i < *count; i++) {
		if (same_step(&(*steps)[i], &step))
			return;
	}
	*APPEND(*steps, *count) = step;
}

#define ADD_STEP(plan, ...) add_step(&(plan)->steps, &(plan)->nr_steps, (struct step){__VA_ARGS__})
#define ADD_UNDO(plan, ...) add_step(&(plan)->undo, &(plan)->nr_undo, (struct step){__VA_ARGS__})

#define CONTAINS(array, count, pointer)                                                            \
	({                                                                                         \
		bool found_ = false;                                                               \
		for (size_t i_ = 0; i_ < (count); i_++)                                            \
			found_ |= (array)[i_] == (pointer);                                        \
		found_;                                                                            \
	})

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

/* A region that a driver owns goes with it; another one only loses its target, and its driver. */
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

/* The endpoint goes: an attached memdev goes with its provider, another one stays without driver.
 */
static void lose_memdev(const struct attach_answers *answers, struct plan *plan,
			const struct snapshot_memdev *memdev)
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

static void lose_below(const struct attach_answers *answers, struct plan *plan,
		       const struct snapshot_port *top)
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
			lose_memdev(answers, plan, &snapshot->memdevs[i]);
	}
}

/* With a root go its decoders, and every region in them. */
static void lose_bus(const struct attach_answers *answers, struct plan *plan,
		     const struct snapshot_port *root)
{
	const struct snapshot *snapshot = answers->snapshot;

	lose_below(answers, plan, root);
	changes_add(&plan->changes, CHANGE_REMOVED, root->name);
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		const struct snapshot_region *region = &snapshot->regions[i];

		if (region->root_decoder && region->root_decoder->port == root)
			lose_region(plan, region, true);
	}
}

static void lose_module(const struct attach_answers *answers, struct plan *plan, const char *module)
{
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		if (streq(snapshot->memdevs[i].host.module, module))
			lose_memdev(answers, plan, &snapshot->memdevs[i]);
	}
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		const struct snapshot_host *host = &snapshot->unattached_hosts[i].host;

		if (host->driver && streq(host->module, module))
			*APPEND(plan->hosts, plan->nr_hosts) = host->name;
	}
}

/*
 * A switch's port goes with the last endpoint below it (cxl_detach_ep() in
 * drivers/cxl/core/port.c); a host bridge's stays.
 */
static void lose_empty_switches(const struct snapshot *snapshot, struct plan *plan)
{
	for (size_t i = 0; i < snapshot->nr_ports; i++) {
		const struct snapshot_port *port = &snapshot->ports[i];
		size_t lost = 0, kept = 0;

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
				kept++;
		}
		if (lost > 0 && kept == 0)
			lose_port(plan, port);
	}
}

static const char *plan_memdev(const struct attach_answers *answers, struct plan *plan,
			       const struct snapshot_memdev *memdev)
{
	if (!memdev->enabled)
		return "is not bound to cxl_mem";
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = "cxl", .driver = "cxl_mem",
		 .device = memdev->name);
	lose_memdev(answers, plan, memdev);
	return NULL;
}

static const char *plan_host(const struct attach_answers *answers, struct plan *plan,
			     const struct snapshot_memdev *memdev)
{
	const struct snapshot_host *host = &memdev->host;

	if (!host->driver || !host->name || !host->subsystem)
		return "has no driver on its host";
	if (plan->hand_to)
		ADD_STEP(plan, .action = STEP_OVERRIDE, .bus = host->subsystem,
			 .device = host->name, .driver = plan->hand_to);
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = host->subsystem, .driver = host->driver,
		 .device = host->name);
	if (plan->hand_to)
		ADD_STEP(plan, .action = STEP_BIND, .bus = host->subsystem, .device = host->name,
			 .driver = plan->hand_to);
	lose_memdev(answers, plan, memdev);
	return NULL;
}

static const char *plan_endpoint(const struct attach_answers *answers, struct plan *plan,
				 const struct snapshot_memdev *memdev)
{
	if (!memdev->endpoint || !memdev->endpoint->enabled)
		return "has no endpoint that is bound to cxl_port";
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = "cxl", .driver = "cxl_port",
		 .device = memdev->endpoint->name);
	lose_memdev(answers, plan, memdev);
	return NULL;
}

static const char *plan_port(const struct attach_answers *answers, struct plan *plan,
			     const struct snapshot_memdev *memdev)
{
	const struct snapshot_port *port = memdev->endpoint ? memdev->endpoint->parent : NULL;

	if (!port || !port->enabled)
		return "has no port above it that is bound to cxl_port";
	if (port->kind == PORT_ROOT)
		return "lies directly below the bus: use --via bus";
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = "cxl", .driver = "cxl_port",
		 .device = port->name);
	/* A switch's port goes altogether: see lose_empty_switches(). It comes back with a memdev.
	 */
	if (port->parent && port->parent->kind == PORT_ROOT)
		ADD_UNDO(plan, .action = STEP_BIND, .bus = "cxl", .driver = "cxl_port",
			 .device = port->name);
	changes_add(&plan->changes, CHANGE_UNBOUND, port->name);
	lose_below(answers, plan, port);
	return NULL;
}

static const char *plan_bus(const struct attach_answers *answers, struct plan *plan,
			    const struct snapshot_memdev *memdev)
{
	const struct snapshot_port *root = snapshot_bus(memdev->endpoint);

	if (!root || !root->host_driver || !root->host_subsystem || !root->parent_name)
		return "has no bus whose device has a driver";
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = root->host_subsystem,
		 .driver = root->host_driver, .device = root->parent_name);
	ADD_UNDO(plan, .action = STEP_BIND, .bus = root->host_subsystem,
		 .driver = root->host_driver, .device = root->parent_name);
	lose_bus(answers, plan, root);
	return NULL;
}

static const char *plan_module(const struct attach_answers *answers, struct plan *plan,
			       const struct snapshot_memdev *memdev)
{
	if (!memdev->host.module)
		return "has a provider that is built into the kernel";
	ADD_STEP(plan, .action = STEP_UNLOAD, .driver = memdev->host.module);
	ADD_UNDO(plan, .action = STEP_LOAD, .driver = memdev->host.module);
	lose_module(answers, plan, memdev->host.module);
	return NULL;
}

/* The device that a rescan finds has no override: until it has it again, no driver may take it. */
static const char *plan_pci_remove(const struct attach_answers *answers, struct plan *plan,
				   const struct snapshot_memdev *memdev)
{
	const struct snapshot_host *host = &memdev->host;
	bool hold = host->driver_override && host->autoprobe == FLAG_YES;

	if (!streq(host->subsystem, "pci") || !host->name)
		return "has a host that is no PCI device";
	ADD_STEP(plan, .action = STEP_REMOVE, .bus = "pci", .device = host->name);
	if (hold)
		ADD_UNDO(plan, .action = STEP_AUTOPROBE, .bus = "pci", .on = false);
	ADD_UNDO(plan, .action = STEP_RESCAN, .bus = "pci");
	if (host->driver_override)
		ADD_UNDO(plan, .action = STEP_OVERRIDE, .bus = "pci", .device = host->name,
			 .driver = host->driver_override);
	if (hold)
		ADD_UNDO(plan, .action = STEP_AUTOPROBE, .bus = "pci", .on = true);
	lose_memdev(answers, plan, memdev);
	return NULL;
}

/* After what is above them, the hosts, and then the memdevs that nobody attached */
static void plan_return(struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_host *host = &plan->memdevs[i]->host;

		if (plan->hand_to) {
			ADD_UNDO(plan, .action = STEP_UNBIND, .bus = host->subsystem,
				 .driver = plan->hand_to, .device = host->name);
			ADD_UNDO(plan, .action = STEP_OVERRIDE, .bus = host->subsystem,
				 .driver = host->driver_override, .device = host->name);
		}
		ADD_UNDO(plan, .action = STEP_BIND, .bus = host->subsystem, .driver = host->driver,
			 .device = host->name);
	}
	for (size_t i = 0; i < plan->nr_others; i++) {
		if (plan->others[i]->enabled)
			ADD_UNDO(plan, .action = STEP_BIND, .bus = "cxl", .driver = "cxl_mem",
				 .device = plan->others[i]->name);
	}
}

static void exceed(struct plan *plan, const char *kind, const char *name,
		   const struct snapshot_user *user)
{
	*APPEND(plan->excess, plan->nr_excess) = (struct plan_excess){kind, name, user};
}

/* Does the operation take away what that user uses? */
static bool loses_user(const struct plan *plan, const struct snapshot_user *user)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		if (snapshot_memdev_has_user(plan->memdevs[i], user))
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

static void find_excess(const struct snapshot *snapshot, struct plan *plan)
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

/* Why it cannot be done, as a sentence; or NULL */
static char *plan_by_method(const struct attach_answers *answers, struct plan *plan)
{
	static const char *(*const methods[NR_METHODS])(const struct attach_answers *answers,
							struct plan *plan,
							const struct snapshot_memdev *memdev) = {
		[METHOD_MEMDEV] = plan_memdev,
		[METHOD_HOST] = plan_host,
		[METHOD_ENDPOINT] = plan_endpoint,
		[METHOD_PORT] = plan_port,
		[METHOD_BUS] = plan_bus,
		[METHOD_MODULE] = plan_module,
		[METHOD_PCI_REMOVE] = plan_pci_remove,
	};

	for (size_t i = 0; i < plan->nr_named; i++) {
		const char *why = methods[plan->method](answers, plan, plan->named[i]);

		if (why)
			return xasprintf("%s %s", plan->named[i]->name, why);
	}
	return NULL;
}

char *plan_make(const struct attach_answers *answers, const struct snapshot_memdev *const *named,
		size_t nr_named, enum detach_method method, const char *hand_to, struct plan *plan)
{
	char *why;

	*plan = (struct plan){.method = method, .hand_to = hand_to};
	for (size_t i = 0; i < nr_named; i++)
		*APPEND(plan->named, plan->nr_named) = named[i];
	why = plan_by_method(answers, plan);
	if (why)
		return why;
	lose_empty_switches(answers->snapshot, plan);
	changes_settle(&plan->changes);
	plan_return(plan);
	find_excess(answers->snapshot, plan);
	return NULL;
}

char *plan_cycle_bus(const struct attach_answers *answers, const struct snapshot_port *root,
		     struct plan *plan)
{
	*plan = (struct plan){.method = METHOD_BUS};
	if (!root || !root->host_driver || !root->host_subsystem || !root->parent_name)
		return xasprintf("no bus is known whose device has a driver");
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = root->host_subsystem,
		 .driver = root->host_driver, .device = root->parent_name);
	ADD_STEP(plan, .action = STEP_BIND, .bus = root->host_subsystem,
		 .driver = root->host_driver, .device = root->parent_name);
	lose_bus(answers, plan, root);
	changes_settle(&plan->changes);
	plan_return(plan);
	find_excess(answers->snapshot, plan);
	return NULL;
}

void plan_attach(const struct snapshot_unattached_host *unattached, struct plan *plan)
{
	const struct snapshot_host *host = &unattached->host;

	if (unattached->port && !unattached->port->enabled)
		ADD_UNDO(plan, .action = STEP_BIND, .bus = "cxl", .driver = "cxl_port",
			 .device = unattached->port->name);
	if (host->driver)
		ADD_UNDO(plan, .action = STEP_UNBIND, .bus = host->subsystem,
			 .driver = host->driver, .device = host->name);
	if (host->module)
		ADD_UNDO(plan, .action = STEP_LOAD, .driver = host->module);
	ADD_UNDO(plan, .action = STEP_BIND, .bus = host->subsystem, .driver = unattached->provider,
		 .device = host->name);
}

void plan_release(struct plan *plan)
{
	free(plan->steps);
	free(plan->undo);
	free(plan->named);
	free(plan->memdevs);
	free(plan->others);
	free(plan->regions);
	free(plan->hosts);
	free(plan->excess);
	changes_release(&plan->changes);
	*plan = (struct plan){0};
}
