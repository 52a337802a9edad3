/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_PLAN_H
#define CXL_ATTACH_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/model/changes.h"
#include "attach/model/step.h"

struct attach_answers;
struct snapshot_unattached_host;
struct snapshot_memdev;
struct snapshot_port;
struct snapshot_region;
struct snapshot_user;

/*
 * How attached memdevs are taken down, what goes with them, and how they come back. Pure: looks at
 * the snapshot, with its dependents and users, and at what was inferred from it.
 */

enum detach_method {
	METHOD_MEMDEV, /* the memdev is unbound from cxl_mem */
	METHOD_HOST,   /* the host from the provider */
	METHOD_ENDPOINT,
	METHOD_PORT, /* the port above the endpoint, from cxl_port */
	METHOD_BUS,  /* the device behind the root port, from cxl_acpi */
	METHOD_MODULE,
	METHOD_PCI_REMOVE,
	NR_METHODS,
};

/* Why more than the named memdevs would miss something */
struct plan_excess {
	const char *kind; /* memdev, region, host, or the kind of a user */
	const char *name;
	const struct snapshot_user *user; /* of what is in use; else NULL */
};

struct plan {
	enum detach_method method;
	const char *hand_to; /* the driver that gets the hosts afterwards; NULL: none */
	struct step *steps;
	size_t nr_steps;
	struct step *undo; /* what brings it back, in order */
	size_t nr_undo;
	/* What was named, and everything that goes */
	const struct snapshot_memdev **named;
	size_t nr_named;
	const struct snapshot_memdev **memdevs; /* attached */
	size_t nr_memdevs;
	const struct snapshot_memdev **others; /* not attached: they lose their endpoint */
	size_t nr_others;
	const struct snapshot_region **regions;
	size_t nr_regions;
	const char **hosts; /* of providers that go without having a memdev */
	size_t nr_hosts;
	struct changes changes; /* all that is promised of CXL's devices */
	struct plan_excess *excess;
	size_t nr_excess;
	bool loses_system_ram;
};

/**
 * plan_make() - the plan for taking @named down by @path
 * @hand_to: for METHOD_HOST, the driver that the hosts are handed to; or NULL
 * @plan: released with plan_release(), whatever was returned
 *
 * Return: NULL, or why it cannot be done, as a sentence; a new string that the caller frees.
 */
char *plan_make(const struct attach_answers *answers, const struct snapshot_memdev *const *named,
		size_t nr_named, enum detach_method method, const char *hand_to, struct plan *plan);

/** plan_attach() - the steps that bring a host back that has no memdev, into @plan->undo */
void plan_attach(const struct snapshot_unattached_host *unattached, struct plan *plan);

/**
 * plan_cycle_bus() - what making all ports of a bus anew takes, into @plan->steps, with what goes
 *
 * For ports that cannot be used again once they were unbound (Documentation/kernel-behavior.md).
 * @plan->undo brings back what is attached below it now.
 *
 * Return: NULL, or why it cannot be done; a new string that the caller frees.
 */
char *plan_cycle_bus(const struct attach_answers *answers, const struct snapshot_port *root,
		     struct plan *plan);

void plan_release(struct plan *plan);

/** detach_method_name() - "memdev", "host", ..., "pci-remove" */
const char *detach_method_name(enum detach_method method);

/** detach_method_from_name() - the opposite; false if there is none of that name */
bool detach_method_from_name(const char *name, enum detach_method *method);

/**
 * plan_excludes_exposure() - does the order of things on that path forbid that the region is gone
 * while the provider still uses it?
 *
 * Where the host's driver itself is unbound, its remove() runs before anything else is released
 * (__device_release_driver() in drivers/base/dd.c).
 */
bool plan_excludes_exposure(enum detach_method method);

#endif
