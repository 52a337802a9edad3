/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_FIND_H
#define ATTACH_ACT_FIND_H

#include <cxl/libcxl.h>

/*
 * Which of libcxl's objects a name means. Each enumerates no more than it has to, and an object
 * lives as long as @ctx, or until one is disabled. NULL: libcxl knows none of that name.
 */

/** find_all_memdevs() - enumerate them, so that no search has to */
void find_all_memdevs(struct cxl_ctx *ctx);

/** find_all_ports() - the same of buses, ports and endpoints */
void find_all_ports(struct cxl_ctx *ctx);

/** find_memdev() - "mem0" */
struct cxl_memdev *find_memdev(struct cxl_ctx *ctx, const char *name);

/** find_memdev_of_host() - the first that hangs under that device of that bus ("pci", "platform")
 */
struct cxl_memdev *find_memdev_of_host(struct cxl_ctx *ctx, const char *subsystem,
				       const char *host);

/** find_memdev_of_module() - the first whose host has a driver of that module */
struct cxl_memdev *find_memdev_of_module(struct cxl_ctx *ctx, const char *module);

/** find_bus_of_host() - the bus that hangs under that device ("ACPI0017:00") */
struct cxl_bus *find_bus_of_host(struct cxl_ctx *ctx, const char *host);

/** find_port() - "port1", or "endpoint2": an endpoint is a port to libcxl */
struct cxl_port *find_port(struct cxl_ctx *ctx, const char *name);

/** find_region() - "region0" */
struct cxl_region *find_region(struct cxl_ctx *ctx, const char *name);

#endif
