/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_UNBOUND_REGIONS_H
#define ATTACH_READ_UNBOUND_REGIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/root.h"

/*
 * Reads: whether the kernel may be assembling a region. Reading the attributes of such a region can
 * deadlock with the kernel (Documentation/findings/region-deadlock.md). It has no driver yet. Only
 * links are read here, which needs none of the kernel's locks. A region also has no driver if it
 * was disabled, or if its assembly failed: only time tells these from the first.
 */

struct unbound_region {
	uint64_t inode;	   /* in sysfs, a number that no other device ever has */
	uint64_t since_us; /* when it was first seen without a driver */
	bool settled;	   /* it does not get a driver soon */
	bool seen;	   /* by the latest call of unbound_regions_read() */
};

/* All zero: nothing has been read yet */
struct unbound_regions {
	struct unbound_region *list;
	size_t count;
};

/**
 * unbound_regions_pause() - return the microseconds without an event after which a region that has
 * no driver does not get one soon
 */
uint64_t unbound_regions_pause(void);

/**
 * unbound_regions_read() - test whether the kernel may be assembling a region
 * @paused: the kernel has sent no event for unbound_regions_pause()
 * @regions: the regions without a driver, which the next call needs
 *
 * Return: 1 or 0, or a negative errno if the devices cannot be listed.
 */
int unbound_regions_read(struct root root, bool paused, struct unbound_regions *regions);

void unbound_regions_release(struct unbound_regions *regions);

#endif
