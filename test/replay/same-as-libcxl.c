// SPDX-License-Identifier: GPL-2.0-only
/*
 * The snapshot is read without libcxl. Compare it with libcxl and the wrappers of this project, for
 * every memdev and region. Print each difference; the exit status is 0 if there is none.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/act/libcxl-attach.h"
#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "util/cleanup.h"

static int differences;

static void differ(const char *device, const char *what)
{
	printf("# %s: %s\n", device, what);
	differences++;
}

static void same_text(const char *device, const char *what, const char *ours, const char *theirs)
{
	if (strcmp(ours ?: "", theirs ?: "") != 0)
		differ(device, what);
}

/* Compare, where @theirs is a new string */
static void same_name(const char *device, const char *what, const char *ours, char *theirs)
{
	same_text(device, what, ours, theirs);
	free(theirs);
}

static void same_number(const char *device, const char *what, uint64_t ours, uint64_t theirs)
{
	if (ours != theirs)
		differ(device, what);
}

/* libcxl returns 0 if there is no such attribute. */
static uint64_t or_zero(uint64_t number)
{
	return number == SNAPSHOT_NO_NUMBER ? 0 : number;
}

static enum flag to_flag(int answer)
{
	return answer < 0 ? FLAG_UNKNOWN : (enum flag) !!answer;
}

static void compare_memdev(const struct snapshot *snapshot, struct cxl_memdev *memdev)
{
	const char *name = cxl_memdev_get_devname(memdev);
	const struct snapshot_memdev *ours = snapshot_find_memdev(snapshot, name);
	struct cxl_endpoint *endpoint = cxl_memdev_get_endpoint(memdev);

	if (!ours) {
		differ(name, "not in the snapshot");
		return;
	}
	same_number(name, "id", ours->id, (uint64_t)cxl_memdev_get_id(memdev));
	same_text(name, "host", ours->host.name, cxl_memdev_get_host(memdev));
	same_name(name, "subsystem", ours->host.subsystem, cxl_memdev_get_host_subsystem(memdev));
	same_name(name, "driver", ours->host.driver, cxl_memdev_get_host_driver(memdev));
	same_name(name, "module", ours->host.module, cxl_memdev_get_host_module(memdev));
	same_number(name, "class attributes", ours->class_attributes,
		    to_flag(cxl_memdev_has_class_attributes(memdev)));
	same_number(name, "enabled", ours->enabled, cxl_memdev_is_enabled(memdev) > 0);
	same_number(name, "ram size", or_zero(ours->ram_size), cxl_memdev_get_ram_size(memdev));
	same_number(name, "pmem size", or_zero(ours->pmem_size), cxl_memdev_get_pmem_size(memdev));
	if (ours->serial != SNAPSHOT_NO_NUMBER)
		same_number(name, "serial", ours->serial, cxl_memdev_get_serial(memdev));
	if (cxl_memdev_get_numa_node(memdev) >= 0 && ours->class_attributes == FLAG_YES)
		same_number(name, "numa node", ours->numa_node,
			    (uint64_t)cxl_memdev_get_numa_node(memdev));
	same_text(name, "endpoint", ours->endpoint ? ours->endpoint->name : NULL,
		  endpoint ? cxl_endpoint_get_devname(endpoint) : NULL);
}

static bool takes_part(const struct snapshot_region *region, const char *memdev)
{
	for (size_t i = 0; i < region->nr_memdevs; i++) {
		if (strcmp(region->memdevs[i]->name, memdev) == 0)
			return true;
	}
	return false;
}

static void compare_targets(const struct snapshot_region *ours, struct cxl_region *region)
{
	struct cxl_memdev_mapping *mapping;
	size_t count = 0;

	cxl_mapping_foreach(region, mapping) {
		struct cxl_decoder *decoder = cxl_mapping_get_decoder(mapping);
		struct cxl_memdev *memdev = decoder ? cxl_decoder_get_memdev(decoder) : NULL;

		if (memdev && !takes_part(ours, cxl_memdev_get_devname(memdev)))
			differ(ours->name, "a memdev of it");
		count += memdev != NULL;
	}
	same_number(ours->name, "the number of its memdevs", ours->nr_memdevs, count);
}

static void compare_region(const struct snapshot *snapshot, struct cxl_region *region)
{
	const char *name = cxl_region_get_devname(region);
	const struct snapshot_region *ours = snapshot_find_region(snapshot, name);
	struct cxl_decoder *root = cxl_region_get_decoder(region);

	if (!ours) {
		differ(name, "not in the snapshot");
		return;
	}
	same_number(name, "resource", ours->resource, cxl_region_get_resource(region));
	same_number(name, "size", ours->size, cxl_region_get_size(region));
	same_number(name, "ways", ours->interleave_ways, cxl_region_get_interleave_ways(region));
	same_number(name, "locked", ours->locked, to_flag(cxl_region_is_locked(region)));
	same_number(name, "locked decoder", snapshot_region_has_locked_decoder(ours),
		    cxl_region_has_locked_decoder(region));
	same_number(name, "committed", ours->committed == FLAG_YES,
		    cxl_region_decode_is_committed(region) > 0);
	same_number(name, "enabled", ours->driver != NULL, cxl_region_is_enabled(region) > 0);
	same_text(name, "root decoder", ours->root_decoder ? ours->root_decoder->name : NULL,
		  cxl_decoder_get_devname(root));
	same_text(name, "bus", snapshot_bus(ours->root_decoder->port)->name,
		  cxl_port_get_devname(cxl_decoder_get_port(root)));
	compare_targets(ours, region);
}

static size_t compare_memdevs(const struct snapshot *snapshot, struct cxl_ctx *ctx)
{
	struct cxl_memdev *memdev;
	size_t count = 0;

	cxl_memdev_foreach(ctx, memdev) {
		compare_memdev(snapshot, memdev);
		count++;
	}
	return count;
}

static size_t compare_regions(const struct snapshot *snapshot, struct cxl_ctx *ctx)
{
	struct cxl_decoder *decoder;
	struct cxl_region *region;
	struct cxl_bus *bus;
	size_t count = 0;

	cxl_bus_foreach(ctx, bus) {
		cxl_decoder_foreach(cxl_bus_get_port(bus), decoder) {
			cxl_region_foreach(decoder, region) {
				compare_region(snapshot, region);
				count++;
			}
		}
	}
	return count;
}

int main(void)
{
	struct snapshot snapshot;
	struct cxl_ctx *ctx;

	if (cxl_new(&ctx) < 0 || snapshot_take(ROOT_LIVE, &snapshot) < 0)
		return 1;
	same_number("memdevs", "how many", snapshot.nr_memdevs, compare_memdevs(&snapshot, ctx));
	same_number("regions", "how many", snapshot.nr_regions, compare_regions(&snapshot, ctx));
	snapshot_release(&snapshot);
	cxl_unref(ctx);
	return differences > 0;
}
