/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_EXPECTED_H
#define ATTACH_MODEL_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iomem;
struct snapshot;
struct snapshot_memdev;

/* What was observed of the machine at one time */
struct observation {
	const struct snapshot *snapshot;
	const struct iomem *iomem; /* NULL: it cannot be read */
	const char *const
		*drivers; /* of the host of each of the plan's memdevs; NULL: none is bound */
};

/* A region that is expected after a reattach */
struct expected_region {
	const char *name;
	uint64_t resource, size;
	int locked; /* as enum flag */
};

/* A host that is expected to be reattached */
struct expected_host {
	const char *host;
	const char *bus;
	const char *driver;
	const char *module;   /* of the driver; NULL: it has none, or it is not known */
	const char *override; /* its driver_override; NULL: it had none, or it is not known */
	const char *memdev;   /* its name before, which may change; NULL: it is not known */
	char *driver_now;     /* the driver that it has now; NULL: none */
	bool is_gone;	      /* it is on its bus no more */
	const struct expected_region *regions;
	size_t nr_regions;
	bool as_before; /* @regions are those that it had; false: they are not known */
};

/**
 * expected_host_of() - expect the host of @memdev to be reattached as it is now
 * @host: filled; its regions are a new array that the caller frees, its texts the snapshot's
 */
void expected_host_of(const struct snapshot_memdev *memdev, struct expected_host *host);

/** expected_hosts_release() - free the array, and what its hosts have */
void expected_hosts_release(struct expected_host *hosts, size_t count);

#endif
