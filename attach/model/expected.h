/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_EXPECTED_H
#define ATTACH_MODEL_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iomem;
struct snapshot;
struct snapshot_memdev;

/* What was seen of the machine at one time, besides the snapshot */
struct observation {
	const struct snapshot *snapshot;
	const struct iomem *iomem;  /* NULL: not readable */
	const char *const *drivers; /* of the plan's memdevs' hosts, in their order; NULL: none */
};

/* A region that is expected to come back */
struct expected_region {
	const char *name;
	uint64_t resource, size;
	int locked; /* as enum flag */
};

/* A host that is expected to come back */
struct expected_host {
	const char *host;
	const char *bus;
	const char *driver;
	const char *memdev; /* its name before; the new one may be another; or NULL */
	char *driver_now;   /* which driver it has afterwards; NULL: none */
	const struct expected_region *regions;
	size_t nr_regions;
	bool as_before; /* are the regions known? */
};

/**
 * expected_host_of() - expect a memdev's host back as it is now
 * @host: filled; its regions are a new array that the caller frees, its texts the snapshot's
 */
void expected_host_of(const struct snapshot_memdev *memdev, struct expected_host *host);

/** expected_hosts_release() - free the array, with what belongs to each of them */
void expected_hosts_release(struct expected_host *hosts, size_t count);

#endif
