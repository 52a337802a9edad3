/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_FILTER_H
#define ATTACH_REASON_FILTER_H

#include <stdbool.h>

struct snapshot_host;
struct snapshot_memdev;
struct snapshot_port;
struct snapshot_region;

/*
 * Which devices of a snapshot a user asks for. Each filter is a list as in cxl-cli: names or
 * numbers, separated by commas or spaces, or "all". NULL: every device passes. Pure.
 */
struct filter {
	const char *buses;     /* "root0", "0", "ACPI.CXL" */
	const char *memdevs;   /* "mem0", "0" */
	const char *regions;   /* "region0", "0" */
	const char *hosts;     /* as filter_is_host() takes them: "0000:35:00.0", "35:00.0" */
	const char *providers; /* drivers: "sfc" */
};

/** filter_is_set() - does it leave anything out? */
bool filter_is_set(const struct filter *filter);

/** filter_lists() - is @name, or @name without @prefix, in @list? A NULL list has every name. */
bool filter_lists(const char *list, const char *prefix, const char *name);

/**
 * filter_is_host() - does @word name the host @name?
 *
 * A host on PCI can also be named as lspci -s does: without leading zeros, without the domain,
 * which is any then, and without the function: "35:00.0", "0:35:0.0", "35:00".
 */
bool filter_is_host(const char *word, const char *name);

/** filter_passes_bus() - does the bus that @port is on pass? @port may be NULL: not known */
bool filter_passes_bus(const struct filter *filter, const struct snapshot_port *port);

/** filter_passes_host() - do the host and its driver, which may be @provider, pass? */
bool filter_passes_host(const struct filter *filter, const struct snapshot_host *host,
			const char *provider);

/** filter_passes_memdev() - does the memdev pass, with its bus, host and regions? */
bool filter_passes_memdev(const struct filter *filter, const struct snapshot_memdev *memdev);

/** filter_passes_region() - does the region pass, with its bus and one of its memdevs? */
bool filter_passes_region(const struct filter *filter, const struct snapshot_region *region);

#endif
