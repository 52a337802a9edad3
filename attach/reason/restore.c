// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>

#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/rescan.h"
#include "attach/reason/restore.h"
#include "util/memory.h"
#include "util/text.h"

struct list {
	struct step *steps;
	size_t count;
};

#define ADD_STEP(list, ...) (*APPEND((list)->steps, (list)->count) = (struct step){__VA_ARGS__})

static bool is_on_pci(const struct snapshot_host *host)
{
	return streq(host->subsystem, "pci");
}

static void add_rescan(struct list *list, const struct snapshot *baseline)
{
	enum flag autoprobe = FLAG_UNKNOWN;
	struct list raw = {0};

	ADD_STEP(&raw, .action = STEP_RESCAN, .bus = "pci");
	for (size_t i = 0; i < baseline->nr_memdevs; i++) {
		const struct snapshot_host *host = &baseline->memdevs[i].host;

		if (is_on_pci(host))
			autoprobe = host->autoprobe;
		if (is_on_pci(host) && snapshot_override_to_bind(host))
			ADD_STEP(&raw, .action = STEP_OVERRIDE, .bus = "pci", .device = host->name,
				 .driver = snapshot_override_to_bind(host));
	}
	list->steps = rescan_guard(raw.steps, raw.count, NULL, 0, autoprobe, &list->count);
	free(raw.steps);
}

static void add_buses(struct list *list, const struct snapshot *baseline)
{
	for (size_t i = 0; i < baseline->nr_ports; i++) {
		const struct snapshot_port *port = &baseline->ports[i];

		if (port->kind == PORT_ROOT && port->host_driver && port->host_subsystem)
			ADD_STEP(list, .action = STEP_BIND, .bus = port->host_subsystem,
				 .driver = port->host_driver, .device = port->parent_name);
	}
}

/* Bind the ports of host bridges; a switch's port is added with a memdev below it. */
static void add_ports(struct list *list, const struct snapshot *now)
{
	for (size_t i = 0; i < now->nr_ports; i++) {
		const struct snapshot_port *port = &now->ports[i];

		if (port->kind == PORT_SWITCH && !port->enabled && port->parent &&
		    port->parent->kind == PORT_ROOT)
			ADD_STEP(list, .action = STEP_BIND, .bus = "cxl", .driver = "cxl_port",
				 .device = port->name);
	}
}

static void add_hosts(struct list *list, const struct snapshot *baseline)
{
	for (size_t i = 0; i < baseline->nr_memdevs; i++) {
		const struct snapshot_host *host = &baseline->memdevs[i].host;

		if (host->module)
			ADD_STEP(list, .action = STEP_LOAD, .driver = host->module,
				 .options = host->module_options);
	}
	for (size_t i = 0; i < baseline->nr_memdevs; i++) {
		const struct snapshot_host *host = &baseline->memdevs[i].host;

		if (!host->name || !host->subsystem || !host->driver)
			continue;
		if (host->needs_override)
			ADD_STEP(list, .action = STEP_OVERRIDE, .bus = host->subsystem,
				 .driver = host->driver, .device = host->name);
		ADD_STEP(list, .action = STEP_BIND, .bus = host->subsystem, .driver = host->driver,
			 .device = host->name);
		if (host->needs_override)
			ADD_STEP(list, .action = STEP_OVERRIDE, .bus = host->subsystem,
				 .driver = host->driver_override, .device = host->name);
	}
}

/* A memdev that no driver attached can exist without its own driver. */
static void add_memdevs(struct list *list, const struct snapshot *baseline,
			const struct snapshot *now)
{
	for (size_t i = 0; i < now->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &now->memdevs[i];
		const struct snapshot_memdev *before = snapshot_find_memdev(baseline, memdev->name);

		if (!memdev->enabled && before && before->enabled)
			ADD_STEP(list, .action = STEP_BIND, .bus = "cxl", .driver = "cxl_mem",
				 .device = memdev->name);
	}
}

static bool had_driver(const struct snapshot *baseline, const struct snapshot_region *region)
{
	for (size_t i = 0; i < baseline->nr_regions; i++) {
		if (baseline->regions[i].resource == region->resource &&
		    baseline->regions[i].driver)
			return true;
	}
	return false;
}

static void add_regions(struct list *list, const struct snapshot *baseline,
			const struct snapshot *now)
{
	for (size_t i = 0; i < now->nr_regions; i++) {
		const struct snapshot_region *region = &now->regions[i];

		if (!region->driver && had_driver(baseline, region))
			ADD_STEP(list, .action = STEP_BIND, .bus = "cxl", .driver = "cxl_region",
				 .device = region->name);
	}
}

void restore_steps(const struct snapshot *baseline, const struct snapshot *now, bool rescan,
		   struct step **steps, size_t *count)
{
	struct list list = {0};

	if (rescan)
		add_rescan(&list, baseline);
	add_buses(&list, baseline);
	add_ports(&list, now);
	add_hosts(&list, baseline);
	add_memdevs(&list, baseline, now);
	add_regions(&list, baseline, now);
	*steps = list.steps;
	*count = list.count;
}
