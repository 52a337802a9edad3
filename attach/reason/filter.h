/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_FILTER_H
#define ATTACH_REASON_FILTER_H

#include <stdbool.h>

struct snapshot_host;
struct snapshot_memdev;
struct snapshot_port;
struct snapshot_region;

/*
 * The devices of a snapshot that a user selects. Each filter is a list as in cxl-cli: names or
 * numbers, separated by commas or spaces, or "all". NULL: every device passes. Pure.
 */
struct filter {
	const char *buses;     /* "root0", "0", "ACPI.CXL" */
	const char *memdevs;   /* "mem0", "0" */
	const char *regions;   /* "region0", "0" */
	const char *hosts;     /* as for filter_is_host(): "0000:35:00.0", "35:00.0" */
	const char *providers; /* drivers: "sfc" */
};

/** filter_is_set() - test whether a filter is set */
bool filter_is_set(const struct filter *filter);

/**
 * filter_lists() - test whether @list has @name, or @name without @prefix
 *
 * A NULL list has every name.
 */
bool filter_lists(const char *list, const char *prefix, const char *name);

/**
 * filter_is_host() - test whether @word names the host @name
 *
 * A PCI host can also be named as for lspci -s. Leading zeros, the domain and the function can be
 * omitted, and an omitted domain or function matches any: "35:00.0", "0:35:0.0", "35:00".
 */
bool filter_is_host(const char *word, const char *name);

/** filter_passes_bus() - test whether the bus of @port passes; @port may be NULL: unknown */
bool filter_passes_bus(const struct filter *filter, const struct snapshot_port *port);

/** filter_passes_host() - test whether a host passes, with its driver, which may be @provider */
bool filter_passes_host(const struct filter *filter, const struct snapshot_host *host,
			const char *provider);

/** filter_passes_memdev() - test whether a memdev passes, with its bus, host and regions */
bool filter_passes_memdev(const struct filter *filter, const struct snapshot_memdev *memdev);

/** filter_passes_region() - test whether a region passes, with its bus and one of its memdevs */
bool filter_passes_region(const struct filter *filter, const struct snapshot_region *region);

#endif
