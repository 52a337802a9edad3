/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_FIND_H
#define ATTACH_ACT_FIND_H

#include <cxl/libcxl.h>

/*
 * Find the object of libcxl for a name. Each function enumerates only as much as it needs. An
 * object lives as long as @ctx, or until an object is disabled. NULL: libcxl knows no object of
 * that name.
 */

/** find_all_memdevs() - enumerate all memdevs, so that later searches need not */
void find_all_memdevs(struct cxl_ctx *ctx);

/** find_all_ports() - enumerate all buses, ports and endpoints, so that later searches need not */
void find_all_ports(struct cxl_ctx *ctx);

/** find_memdev() - find "mem0" */
struct cxl_memdev *find_memdev(struct cxl_ctx *ctx, const char *name);

/**
 * find_memdev_of_host() - find the first memdev below that device of that bus ("pci", "platform")
 */
struct cxl_memdev *find_memdev_of_host(struct cxl_ctx *ctx, const char *subsystem,
				       const char *host);

/** find_memdev_of_module() - find the first memdev whose host has a driver of that module */
struct cxl_memdev *find_memdev_of_module(struct cxl_ctx *ctx, const char *module);

/** find_bus_of_host() - find the bus below that device ("ACPI0017:00") */
struct cxl_bus *find_bus_of_host(struct cxl_ctx *ctx, const char *host);

/** find_port() - find "port1", or "endpoint2": an endpoint is a port to libcxl */
struct cxl_port *find_port(struct cxl_ctx *ctx, const char *name);

/** find_region() - find "region0" */
struct cxl_region *find_region(struct cxl_ctx *ctx, const char *name);

#endif
