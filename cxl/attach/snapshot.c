// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cxl/attach/libcxl-attach.h"
#include "cxl/attach/snapshot.h"

static enum snapshot_flag flag(int answer)
{
	return answer < 0 ? FLAG_UNKNOWN : !!answer;
}

/* One more element, zeroed, at the end of an array: a pointer to it, or NULL without memory */
#define append(array, count)                                                                       \
	({                                                                                         \
		typeof(array) bigger_ = reallocarray(array, (count) + 1, sizeof(*(array)));        \
		if (bigger_) {                                                                     \
			array = bigger_;                                                           \
			memset(&bigger_[(count)++], 0, sizeof(*bigger_));                          \
		}                                                                                  \
		bigger_ ? &bigger_[(count) - 1] : NULL;                                            \
	})

/* A copy of what may be NULL; -ENOMEM if there is no memory for it */
static int copy_string(char **copy, const char *text)
{
	*copy = text ? strdup(text) : NULL;
	return text && !*copy ? -ENOMEM : 0;
}

/* What a link says, which is no error where there is none; -ENOMEM if there is no memory for it */
static int copy_link(char **copy, char *name)
{
	*copy = name;
	return !name && errno == ENOMEM ? -ENOMEM : 0;
}

static int read_region(struct snapshot *snapshot, struct cxl_region *region)
{
	struct snapshot_region *new = append(snapshot->regions, snapshot->nr_regions);

	if (!new)
		return -ENOMEM;
	new->resource = cxl_region_get_resource(region);
	new->size = cxl_region_get_size(region);
	new->locked = flag(cxl_region_is_locked(region));
	new->decoder_locked = cxl_region_has_locked_decoder(region);
	new->committed = cxl_region_decode_is_committed(region) > 0;
	new->enabled = cxl_region_is_enabled(region) > 0;
	return copy_string(&new->name, cxl_region_get_devname(region));
}

static int read_regions(struct snapshot *snapshot, struct cxl_ctx *ctx)
{
	struct cxl_decoder *decoder;
	struct cxl_region *region;
	struct cxl_bus *bus;

	cxl_bus_foreach(ctx, bus) {
		cxl_decoder_foreach(cxl_bus_get_port(bus), decoder) {
			cxl_region_foreach(decoder, region) {
				if (read_region(snapshot, region))
					return -ENOMEM;
			}
		}
	}
	return 0;
}

static struct snapshot_region *find_region(struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		if (strcmp(snapshot->regions[i].name, name) == 0)
			return &snapshot->regions[i];
	}
	return NULL;
}

/*
 * By the endpoint's decoders, and not by the region's targets: libcxl asks a region for as many
 * targets as its interleave_ways says, however wrong that may be.
 */
static int link_regions(struct snapshot *snapshot, struct snapshot_memdev *new,
			struct cxl_endpoint *endpoint)
{
	struct cxl_decoder *decoder;

	cxl_decoder_foreach(cxl_endpoint_get_port(endpoint), decoder) {
		struct cxl_region *region = cxl_decoder_get_region(decoder);
		struct snapshot_region *known, **slot;

		known = region ? find_region(snapshot, cxl_region_get_devname(region)) : NULL;
		if (!known)
			continue;
		slot = append(new->regions, new->nr_regions);
		if (!slot)
			return -ENOMEM;
		*slot = known;
	}
	return 0;
}

static int read_names(struct snapshot_memdev *new, struct cxl_memdev *memdev,
		      struct cxl_endpoint *endpoint)
{
	if (copy_string(&new->name, cxl_memdev_get_devname(memdev)) ||
	    copy_string(&new->host, cxl_memdev_get_host(memdev)) ||
	    copy_string(&new->endpoint, endpoint ? cxl_endpoint_get_devname(endpoint) : NULL))
		return -ENOMEM;
	return copy_link(&new->host_subsystem, cxl_memdev_get_host_subsystem(memdev)) ?:
	       copy_link(&new->host_driver, cxl_memdev_get_host_driver(memdev)) ?:
	       copy_link(&new->host_module, cxl_memdev_get_host_module(memdev));
}

static int read_memdev(struct snapshot *snapshot, struct cxl_memdev *memdev)
{
	struct cxl_endpoint *endpoint = cxl_memdev_get_endpoint(memdev);
	int class_attributes = cxl_memdev_has_class_attributes(memdev);
	struct snapshot_memdev *new;

	if (class_attributes < 0) {
		/* What is still there, but cannot be read, is counted with the dropped. */
		if (class_attributes == -ENODEV || class_attributes == -ENOENT)
			snapshot->nr_left_out++;
		return 0;
	}
	new = append(snapshot->memdevs, snapshot->nr_memdevs);
	if (!new)
		return -ENOMEM;
	new->class_attributes = flag(class_attributes);
	new->enabled = cxl_memdev_is_enabled(memdev) > 0;
	if (read_names(new, memdev, endpoint))
		return -ENOMEM;
	return endpoint ? link_regions(snapshot, new, endpoint) : 0;
}

static int by_number(const void *a, const void *b)
{
	const struct snapshot_memdev *one = a, *other = b;

	return strverscmp(one->name, other->name);
}

static bool is_known(const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		if (strcmp(snapshot->memdevs[i].name, name) == 0)
			return true;
	}
	return false;
}

/* libcxl drops a memdev that it cannot read whole, for want of its node in /dev/cxl for one. */
static void count_dropped(struct snapshot *snapshot)
{
	DIR *devices = opendir("/sys/bus/cxl/devices");
	const struct dirent *entry;

	while (devices && (entry = readdir(devices))) {
		if (strncmp(entry->d_name, "mem", 3) == 0 && !is_known(snapshot, entry->d_name))
			snapshot->nr_left_out++;
	}
	if (devices)
		closedir(devices);
}

static int read_all(struct snapshot *snapshot, struct cxl_ctx *ctx)
{
	struct cxl_memdev *memdev;

	if (read_regions(snapshot, ctx))
		return -ENOMEM;
	cxl_memdev_foreach(ctx, memdev) {
		if (read_memdev(snapshot, memdev))
			return -ENOMEM;
	}
	count_dropped(snapshot);
	if (snapshot->nr_memdevs > 0)
		qsort(snapshot->memdevs, snapshot->nr_memdevs, sizeof(*snapshot->memdevs),
		      by_number);
	return 0;
}

int snapshot_take(struct cxl_ctx *ctx, struct snapshot *snapshot)
{
	int rc;

	*snapshot = (struct snapshot){.has_bus = access("/sys/bus/cxl", F_OK) == 0};
	rc = read_all(snapshot, ctx);
	if (rc)
		snapshot_release(snapshot);
	return rc;
}

void snapshot_release(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_regions; i++)
		free(snapshot->regions[i].name);
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		struct snapshot_memdev *memdev = &snapshot->memdevs[i];

		free(memdev->name);
		free(memdev->host);
		free(memdev->host_subsystem);
		free(memdev->host_driver);
		free(memdev->host_module);
		free(memdev->endpoint);
		free(memdev->regions);
	}
	free(snapshot->regions);
	free(snapshot->memdevs);
	*snapshot = (struct snapshot){0};
}
