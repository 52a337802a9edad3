/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_EXPECTED_H
#define ATTACH_MODEL_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iomem;
struct snapshot;
struct snapshot_memdev;

/* The observations of the machine at one time */
struct observation {
	const struct snapshot *snapshot;
	const struct iomem *iomem;  /* NULL: the addresses cannot be read */
	const char *const *drivers; /* the driver of each memdev's host; NULL: none is bound */
};

/* A region that is expected after a reattach */
struct expected_region {
	const char *name;
	uint64_t resource, size;
	int locked; /* an enum flag */
};

/* A host that is expected to be reattached */
struct expected_host {
	const char *host;
	const char *bus;
	const char *driver;
	const char *module;   /* the driver's module; NULL: none, or unknown */
	const char *override; /* its driver_override; NULL: none, or unknown */
	const char *memdev;   /* the memdev's previous name, which may change; NULL: unknown */
	char *driver_now;     /* the current driver; NULL: none */
	bool is_gone;	      /* it is no longer on its bus */
	const struct expected_region *regions;
	size_t nr_regions;
	bool as_before; /* @regions are the previous ones; false: they are unknown */
};

/**
 * expected_host_of() - expect the host of @memdev to be reattached in its present state
 * @host: filled; its regions are a new array that the caller frees, its texts belong to the
 * snapshot
 */
void expected_host_of(const struct snapshot_memdev *memdev, struct expected_host *host);

/** expected_hosts_release() - free the array, and what belongs to its hosts */
void expected_hosts_release(struct expected_host *hosts, size_t count);

#endif
