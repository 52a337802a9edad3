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

/* How attached memdevs are detached: by which steps, what is lost, and which steps undo it */

/* What the steps unbind, unload or remove */
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

/* Something that is lost besides the named memdevs, or that is in use, or cannot be undone */
struct plan_excess {
	const char *kind; /* memdev, region, host, undo, or the kind of a user */
	const char *name;
	const struct snapshot_user *user; /* of what is in use; else NULL */
	char *why; /* of a step of the undo that is not possible, as a sentence; else NULL */
};

/* Its texts and objects belong to the snapshot that the plan was made from. */
struct plan {
	enum detach_method method;
	const char *hand_to; /* the driver that gets the hosts afterwards; NULL: none */
	struct step *steps;
	size_t nr_steps;
	struct step *undo; /* the steps that reattach everything, in order */
	size_t nr_undo;
	/* What was named, and everything that is lost */
	const struct snapshot_memdev **named;
	size_t nr_named;
	const struct snapshot_memdev **memdevs; /* attached */
	size_t nr_memdevs;
	const struct snapshot_memdev **others; /* not attached: they lose their endpoint */
	size_t nr_others;
	const struct snapshot_region **regions;
	size_t nr_regions;
	const char **hosts; /* of providers without a memdev, which lose their driver */
	size_t nr_hosts;
	struct changes changes; /* every change of a CXL device that is expected */
	struct plan_excess *excess;
	size_t nr_excess;
	bool loses_system_ram;
};

/** plan_excess_text() - one line about it, for people: "region region1"; the caller frees it */
char *plan_excess_text(const struct plan_excess *excess);

/** plan_release() - free what the plan has */
void plan_release(struct plan *plan);

/** detach_method_name() - "memdev", "host", ..., "pci-remove" */
const char *detach_method_name(enum detach_method method);

/** detach_method_from_name() - the opposite; false if there is none of that name */
bool detach_method_from_name(const char *name, enum detach_method *method);

/**
 * plan_excludes_exposure() - is a region never gone while its provider still uses it?
 *
 * Where the host's driver itself is unbound, its remove() runs before anything else is released
 * (__device_release_driver() in drivers/base/dd.c).
 */
bool plan_excludes_exposure(enum detach_method method);

#endif
