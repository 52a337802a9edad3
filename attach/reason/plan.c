// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/losses.h"
#include "attach/reason/plan.h"
#include "attach/reason/rescan.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/text.h"

/* Add each step once: two memdevs may have the same port above them. */
static void add_step(struct step **steps, size_t *count, struct step step)
{
	for (size_t i = 0; i < *count; i++) {
		if (step_same(&(*steps)[i], &step))
			return;
	}
	*APPEND(*steps, *count) = step;
}

#define ADD_STEP(plan, ...) add_step(&(plan)->steps, &(plan)->nr_steps, (struct step){__VA_ARGS__})
#define ADD_UNDO(plan, ...) add_step(&(plan)->undo, &(plan)->nr_undo, (struct step){__VA_ARGS__})

static const char *plan_memdev(const struct attach_answers *answers, struct plan *plan,
			       const struct snapshot_memdev *memdev)
{
	if (!memdev->enabled)
		return "not bound to cxl_mem";
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = "cxl", .driver = "cxl_mem",
		 .device = memdev->name);
	lose_memdev(answers, memdev, plan);
	return NULL;
}

static const char *plan_host(const struct attach_answers *answers, struct plan *plan,
			     const struct snapshot_memdev *memdev)
{
	const struct snapshot_host *host = &memdev->host;

	if (!host->driver || !host->name || !host->subsystem)
		return "no driver is bound to its host";
	if (streq(plan->hand_to, host->driver))
		return "its host already has that driver";
	if (plan->hand_to)
		ADD_STEP(plan, .action = STEP_OVERRIDE, .bus = host->subsystem,
			 .device = host->name, .driver = plan->hand_to);
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = host->subsystem, .driver = host->driver,
		 .device = host->name);
	lose_memdev(answers, memdev, plan);
	return NULL;
}

/*
 * Bind after everything is detached, to distinguish the detach from what the other driver attaches
 */
static void bind_to_other(struct plan *plan)
{
	for (size_t i = 0; plan->hand_to && i < plan->nr_named; i++) {
		const struct snapshot_host *host = &plan->named[i]->host;

		ADD_STEP(plan, .action = STEP_BIND, .bus = host->subsystem, .device = host->name,
			 .driver = plan->hand_to);
	}
}

static const char *plan_endpoint(const struct attach_answers *answers, struct plan *plan,
				 const struct snapshot_memdev *memdev)
{
	if (!memdev->endpoint || !memdev->endpoint->enabled)
		return "no endpoint that is bound to cxl_port";
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = "cxl", .driver = "cxl_port",
		 .device = memdev->endpoint->name);
	lose_memdev(answers, memdev, plan);
	return NULL;
}

static const char *plan_port(const struct attach_answers *answers, struct plan *plan,
			     const struct snapshot_memdev *memdev)
{
	const struct snapshot_port *port = memdev->endpoint ? memdev->endpoint->parent : NULL;

	if (!port || !port->enabled)
		return "no port above it that is bound to cxl_port";
	if (port->kind == PORT_ROOT)
		return "directly below the bus (use --via bus)";
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = "cxl", .driver = "cxl_port",
		 .device = port->name);
	/*
	 * A switch's port is removed (lose_empty_switches()), and added again with the next memdev.
	 */
	if (port->parent && port->parent->kind == PORT_ROOT)
		ADD_UNDO(plan, .action = STEP_BIND, .bus = "cxl", .driver = "cxl_port",
			 .device = port->name);
	changes_add(&plan->changes, CHANGE_UNBOUND, port->name);
	lose_below(answers, port, plan);
	return NULL;
}

static const char *plan_bus(const struct attach_answers *answers, struct plan *plan,
			    const struct snapshot_memdev *memdev)
{
	const struct snapshot_port *root = snapshot_bus(memdev->endpoint);

	if (!root || !root->host_driver || !root->host_subsystem || !root->parent_name)
		return "no bus whose device has a driver";
	ADD_STEP(plan, .action = STEP_UNBIND, .bus = root->host_subsystem,
		 .driver = root->host_driver, .device = root->parent_name);
	ADD_UNDO(plan, .action = STEP_BIND, .bus = root->host_subsystem,
		 .driver = root->host_driver, .device = root->parent_name);
	lose_bus(answers, root, plan);
	return NULL;
}

/* Add one excess for each module */
static void cannot_reload(struct plan *plan, const struct snapshot_host *host)
{
	for (size_t i = 0; i < plan->nr_excess; i++) {
		if (streq(plan->excess[i].name, host->module))
			return;
	}
	*APPEND(plan->excess, plan->nr_excess) = (struct plan_excess){
		.kind = "undo",
		.name = host->module,
		.why = xasprintf("module %s cannot be loaded again (%s)", host->module,
				 host->reload_problem),
	};
}

static const char *plan_module(const struct attach_answers *answers, struct plan *plan,
			       const struct snapshot_memdev *memdev)
{
	if (!memdev->host.module)
		return "its provider is built into the kernel";
	ADD_STEP(plan, .action = STEP_UNLOAD, .driver = memdev->host.module);
	ADD_UNDO(plan, .action = STEP_LOAD, .driver = memdev->host.module,
		 .options = memdev->host.module_options);
	if (memdev->host.reload_problem)
		cannot_reload(plan, &memdev->host);
	lose_module(answers, memdev->host.module, plan);
	return NULL;
}

static const char *plan_pci_remove(const struct attach_answers *answers, struct plan *plan,
				   const struct snapshot_memdev *memdev)
{
	const struct snapshot_host *host = &memdev->host;

	if (!streq(host->subsystem, "pci") || !host->name)
		return "its host is not a PCI device";
	ADD_STEP(plan, .action = STEP_REMOVE, .bus = "pci", .device = host->name);
	ADD_UNDO(plan, .action = STEP_RESCAN, .bus = "pci");
	if (snapshot_override_to_bind(host))
		ADD_UNDO(plan, .action = STEP_OVERRIDE, .bus = "pci", .device = host->name,
			 .driver = snapshot_override_to_bind(host));
	lose_memdev(answers, memdev, plan);
	return NULL;
}

/* Driver autoprobe is a setting of the bus, and thus the same for all hosts. */
static void guard_rescan(struct plan *plan)
{
	struct step *undo = plan->undo;
	enum flag autoprobe = plan->nr_named > 0 ? plan->named[0]->host.autoprobe : FLAG_UNKNOWN;

	plan->undo = rescan_guard(undo, plan->nr_undo, NULL, 0, autoprobe, &plan->nr_undo);
	free(undo);
}

/* If the driver can only bind the host with another driver_override, set it for the bind. */
static void bind_again(struct plan *plan, const struct snapshot_host *host)
{
	if (host->needs_override && plan->method != METHOD_PCI_REMOVE)
		ADD_UNDO(plan, .action = STEP_OVERRIDE, .bus = host->subsystem,
			 .driver = host->driver, .device = host->name);
	ADD_UNDO(plan, .action = STEP_BIND, .bus = host->subsystem, .driver = host->driver,
		 .device = host->name);
	if (host->needs_override)
		ADD_UNDO(plan, .action = STEP_OVERRIDE, .bus = host->subsystem,
			 .driver = host->driver_override, .device = host->name);
}

/* First undo what is above the hosts, then the hosts, and then memdevs that no driver attached */
static void plan_undo(struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_host *host = &plan->memdevs[i]->host;

		if (plan->hand_to) {
			ADD_UNDO(plan, .action = STEP_UNBIND, .bus = host->subsystem,
				 .driver = plan->hand_to, .device = host->name);
			if (!host->needs_override)
				ADD_UNDO(plan, .action = STEP_OVERRIDE, .bus = host->subsystem,
					 .driver = host->driver_override, .device = host->name);
		}
		bind_again(plan, host);
	}
	for (size_t i = 0; i < plan->nr_others; i++) {
		if (plan->others[i]->enabled)
			ADD_UNDO(plan, .action = STEP_BIND, .bus = "cxl", .driver = "cxl_mem",
				 .device = plan->others[i]->name);
	}
	guard_rescan(plan);
}

/* Return the reason why the detach is not possible, as a sentence; or NULL */
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
			return xasprintf("%s: %s", plan->named[i]->name, why);
	}
	bind_to_other(plan);
	return NULL;
}

char *plan_make(const struct attach_answers *answers, const struct snapshot_memdev *const *named,
		size_t nr_named, enum detach_method method, const char *hand_to, struct plan *plan)
{
	char *why;

	*plan = (struct plan){.method = method, .hand_to = hand_to};
	for (size_t i = 0; i < nr_named; i++) {
		if (!CONTAINS(plan->named, plan->nr_named, named[i]))
			*APPEND(plan->named, plan->nr_named) = named[i];
	}
	why = plan_by_method(answers, plan);
	if (why)
		return why;
	lose_empty_switches(answers->snapshot, plan);
	changes_settle(&plan->changes);
	plan_undo(plan);
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
	/*
	 * For a journal: in the middle of the steps, the bus is unbound, and must be bound again.
	 */
	ADD_UNDO(plan, .action = STEP_BIND, .bus = root->host_subsystem,
		 .driver = root->host_driver, .device = root->parent_name);
	lose_bus(answers, root, plan);
	changes_settle(&plan->changes);
	plan_undo(plan);
	find_excess(answers->snapshot, plan);
	return NULL;
}

void plan_cannot_undo(struct plan *plan, const struct step *undo, const char *missing)
{
	_cleanup_free_ char *step = step_text(undo);

	*APPEND(plan->excess, plan->nr_excess) = (struct plan_excess){
		.kind = "undo",
		.name = undo->device ?: undo->driver ?: undo->bus,
		.why = xasprintf("cannot %s afterwards (no %s)", step, missing),
	};
}

void plan_cannot_verify(struct plan *plan, const struct snapshot_region *region,
			const char *unknown)
{
	*APPEND(plan->excess, plan->nr_excess) = (struct plan_excess){
		.kind = "undo",
		.name = region->name,
		.why = xasprintf("cannot tell afterwards whether %s is back (its %s cannot be "
				 "read)",
				 region->name, unknown),
	};
}

enum plan_verdict plan_judge(const struct plan *plan, bool force, bool lose_system_ram)
{
	if (plan->nr_excess == 0)
		return PLAN_ALLOWED;
	if (!force || (plan->loses_system_ram && !lose_system_ram))
		return PLAN_REFUSED;
	return PLAN_FORCED;
}

const char *plan_verdict_name(enum plan_verdict verdict)
{
	static const char *const names[] = {
		[PLAN_ALLOWED] = "allowed",
		[PLAN_FORCED] = "forced",
		[PLAN_REFUSED] = "refused",
		[PLAN_WATCHED] = "watched",
	};

	return names[verdict];
}

bool plan_is_carried_out(const struct plan *plan, const struct observed *observed)
{
	for (size_t i = 0; i < plan->nr_named; i++) {
		const struct snapshot_memdev *memdev = plan->named[i];

		if (!observed_find(observed, "remove", memdev->name) ||
		    (!observed_find(observed, "unbind", memdev->host.name) &&
		     !observed_find(observed, "remove", memdev->host.name)))
			return false;
	}
	return true;
}

void plan_recognize(const struct attach_answers *answers, const struct changes *seen,
		    struct plan *plan)
{
	for (int method = 0; method < NR_METHODS; method++) {
		struct plan other;
		_cleanup_free_ char *why = plan_make(answers, plan->named, plan->nr_named,
						     (enum detach_method)method, NULL, &other);

		if (!why && changes_same(seen, &other.changes)) {
			plan_release(plan);
			*plan = other;
			return;
		}
		plan_release(&other);
	}
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
