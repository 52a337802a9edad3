// SPDX-License-Identifier: LGPL-2.1-only
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "attach/act/find.h"
#include "attach/act/libcxl-attach.h"
#include "util/cleanup.h"
#include "util/text.h"

struct cxl_memdev *find_memdev(struct cxl_ctx *ctx, const char *name)
{
	struct cxl_memdev *memdev;

	cxl_memdev_foreach(ctx, memdev) {
		if (streq(cxl_memdev_get_devname(memdev), name))
			return memdev;
	}
	return NULL;
}

struct cxl_memdev *find_memdev_of_host(struct cxl_ctx *ctx, const char *subsystem, const char *host)
{
	struct cxl_memdev *memdev;

	cxl_memdev_foreach(ctx, memdev) {
		_cleanup_free_ char *its_subsystem = NULL;

		if (!streq(cxl_memdev_get_host(memdev), host))
			continue;
		its_subsystem = cxl_memdev_get_host_subsystem(memdev);
		if (streq(its_subsystem, subsystem))
			return memdev;
	}
	return NULL;
}

struct cxl_memdev *find_memdev_of_module(struct cxl_ctx *ctx, const char *module)
{
	struct cxl_memdev *memdev;

	cxl_memdev_foreach(ctx, memdev) {
		_cleanup_free_ char *its_module = cxl_memdev_get_host_module(memdev);

		if (streq(its_module, module))
			return memdev;
	}
	return NULL;
}

struct cxl_bus *find_bus_of_host(struct cxl_ctx *ctx, const char *host)
{
	struct cxl_bus *bus;

	cxl_bus_foreach(ctx, bus) {
		if (streq(cxl_port_get_host(cxl_bus_get_port(bus)), host))
			return bus;
	}
	return NULL;
}

/* An endpoint is a port to libcxl, but libcxl does not enumerate it among the ports. */
static struct cxl_port *find_endpoint_below(struct cxl_port *port, const char *name)
{
	struct cxl_endpoint *endpoint;

	cxl_endpoint_foreach(port, endpoint) {
		if (streq(cxl_endpoint_get_devname(endpoint), name))
			return cxl_endpoint_get_port(endpoint);
	}
	return NULL;
}

struct cxl_port *find_port(struct cxl_ctx *ctx, const char *name)
{
	bool is_endpoint = strncmp(name, "endpoint", strlen("endpoint")) == 0;
	struct cxl_port *root, *port, *found;
	struct cxl_bus *bus;

	cxl_bus_foreach(ctx, bus) {
		root = cxl_bus_get_port(bus);
		found = is_endpoint ? find_endpoint_below(root, name) : NULL;
		if (found)
			return found;
		cxl_port_foreach_all(root, port) {
			if (!is_endpoint && streq(cxl_port_get_devname(port), name))
				return port;
			found = is_endpoint ? find_endpoint_below(port, name) : NULL;
			if (found)
				return found;
		}
	}
	return NULL;
}

struct cxl_region *find_region(struct cxl_ctx *ctx, const char *name)
{
	struct cxl_decoder *decoder;
	struct cxl_region *region;
	struct cxl_bus *bus;

	cxl_bus_foreach(ctx, bus) {
		cxl_decoder_foreach(cxl_bus_get_port(bus), decoder) {
			cxl_region_foreach(decoder, region) {
				if (streq(cxl_region_get_devname(region), name))
					return region;
			}
		}
	}
	return NULL;
}

/* No device has these names, so each search enumerates all devices. */
void find_all_memdevs(struct cxl_ctx *ctx)
{
	find_memdev(ctx, "mem");
}

void find_all_ports(struct cxl_ctx *ctx)
{
	find_port(ctx, "endpoint");
}
