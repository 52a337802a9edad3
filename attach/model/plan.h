/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_PLAN_H
#define ATTACH_MODEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/model/changes.h"
#include "attach/model/step.h"

struct snapshot_memdev;
struct snapshot_region;
struct snapshot_user;

/* How attached memdevs are detached: the steps, what they lose, and the steps that undo them */

/* What the steps unbind, unload or remove */
enum detach_method {
	METHOD_MEMDEV, /* unbind the memdev from cxl_mem */
	METHOD_HOST,   /* unbind the host from the provider */
	METHOD_ENDPOINT,
	METHOD_PORT, /* unbind the port above the endpoint from cxl_port */
	METHOD_BUS,  /* unbind the device above the root port from cxl_acpi */
	METHOD_MODULE,
	METHOD_PCI_REMOVE,
	NR_METHODS,
};

/* Something that is lost besides the named memdevs, that is in use, or that cannot be undone */
struct plan_excess {
	const char *kind; /* memdev, region, host, undo, or the kind of a user */
	const char *name;
	const struct snapshot_user *user; /* of an object in use; otherwise NULL */
	char *why; /* why a step of the undo is not possible, as a sentence; otherwise NULL */
};

/* Its texts and objects belong to the snapshot that the plan was made from. */
struct plan {
	enum detach_method method;
	const char *hand_to; /* the driver to which the hosts are handed; NULL: none */
	struct step *steps;
	size_t nr_steps;
	struct step *undo; /* the steps that reattach everything, in order */
	size_t nr_undo;
	/* The named memdevs, and everything that is lost */
	const struct snapshot_memdev **named;
	size_t nr_named;
	const struct snapshot_memdev **memdevs; /* the attached ones */
	size_t nr_memdevs;
	const struct snapshot_memdev **others; /* those not attached: they lose their endpoint */
	size_t nr_others;
	const struct snapshot_region **regions;
	size_t nr_regions;
	const char **hosts; /* hosts of providers without a memdev, which lose their driver */
	size_t nr_hosts;
	struct changes changes; /* every expected change of a CXL device */
	struct plan_excess *excess;
	size_t nr_excess;
	bool loses_system_ram;
};

/**
 * plan_excess_text() - describe an excess in one line for people: "region region1"; the caller
 * frees it
 */
char *plan_excess_text(const struct plan_excess *excess);

/** plan_release() - free what belongs to the plan */
void plan_release(struct plan *plan);

/** detach_method_name() - return "memdev", "host", ..., "pci-remove" */
const char *detach_method_name(enum detach_method method);

/** detach_method_from_name() - find the method of that name; false if there is none */
bool detach_method_from_name(const char *name, enum detach_method *method);

/**
 * plan_excludes_exposure() - test whether no region can be gone while its provider still uses it
 *
 * This holds if the host's driver itself is unbound. Its remove() runs before anything else is
 * released (__device_release_driver() in drivers/base/dd.c).
 */
bool plan_excludes_exposure(enum detach_method method);

#endif
