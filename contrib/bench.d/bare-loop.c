// SPDX-License-Identifier: GPL-2.0-only
/*
 * The least that a listing of attached memory costs: read once, as cheaply as there is a system
 * call for, every attribute and link that an answer depends on, of every CXL device, and forget it
 * again. No list, no sorting, no JSON. It says how much it read, for test/bench to check.
 *
 * Each device's directory is opened once, so that the way there through the link in
 * /sys/bus/cxl/devices is gone once and not for each attribute, and each attribute is read with one
 * read(), since sysfs gives all that it has to the first. How attributes are read is in a file of
 * its own (bare-reads.h): this program is built twice.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bare-reads.h"

#define MAX_NAMES 8

/* One kind of device, told by its name and by that of its parent */
static struct kind {
	const char *prefix, *parent_prefix;
	const char *attributes[MAX_NAMES]; /* whose value matters */
	const char *links[MAX_NAMES];	   /* where they lead */
	const char *markers[MAX_NAMES];	   /* attributes of which only matters whether they exist */
	unsigned long count;
} kinds[] = {
	{
		.prefix = "mem",
		.parent_prefix = "",
		/* The kernel shows the node at the memdev or, for an accelerator's, at its host. */
		.attributes = {"serial", "numa_node", "../numa_node", "ram/size", "pmem/size"},
		.links = {"driver", "../subsystem", "../driver", "../driver/module"},
		.markers = {"firmware_version", "payload_max", "label_storage_size"},
	},
	{
		.prefix = "region",
		.parent_prefix = "decoder",
		.attributes = {"mode", "resource", "size", "interleave_ways", "locked", "commit"},
		.links = {"driver"},
	},
	{
		.prefix = "decoder",
		.parent_prefix = "endpoint",
		.attributes = {"region", "locked", "target_type", "start", "size"},
	},
	{
		.prefix = "decoder",
		.parent_prefix = "port",
		.attributes = {"region", "locked", "target_type", "start", "size", "target_list"},
	},
	{
		.prefix = "decoder",
		.parent_prefix = "root",
		.attributes = {"locked", "start", "size", "target_list"},
		.markers = {"delete_region"},
	},
	{.prefix = "endpoint", .parent_prefix = "port", .links = {"uport", "driver"}},
	{.prefix = "port", .parent_prefix = "", .links = {"uport", "driver"}},
	{.prefix = "root", .parent_prefix = "", .links = {"uport"}},
};

static unsigned long nr_links, nr_markers;

/* Does @name begin with @prefix, and do digits follow? */
static int has_prefix(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(name, prefix, length) == 0 && name[length] >= '0' && name[length] <= '9';
}

/* In "../../../devices/platform/cxl_acpi.0/root0/port1/decoder1.0": port1 */
static const char *parent_in(char *target)
{
	char *end = strrchr(target, '/');
	char *start;

	if (!end)
		return "";
	*end = '\0';
	start = strrchr(target, '/');
	return start ? start + 1 : target;
}

static struct kind *kind_of(const char *name, const char *parent)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const char *wanted = kinds[i].parent_prefix;

		if (has_prefix(name, kinds[i].prefix) && (!*wanted || has_prefix(parent, wanted)))
			return &kinds[i];
	}
	return NULL;
}

static void read_device(int devices, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(devices, name, target, sizeof(target) - 1);
	struct kind *kind;
	int fd;

	if (length < 0)
		return;
	nr_links++;
	target[length] = '\0';
	kind = kind_of(name, parent_in(target));
	if (!kind)
		return;
	fd = openat(devices, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	kind->count++;
	for (const char **marker = kind->markers; *marker; marker++)
		nr_markers += faccessat(fd, *marker, F_OK, 0) == 0;
	for (const char **attribute = kind->attributes; *attribute; attribute++)
		read_attribute(fd, *attribute);
	for (const char **link = kind->links; *link; link++)
		nr_links += readlinkat(fd, *link, target, sizeof(target)) > 0;
	leave_device(fd);
}

int main(void)
{
	DIR *devices = opendir("/sys/bus/cxl/devices");
	const struct dirent *entry;

	if (!devices) {
		perror("/sys/bus/cxl/devices");
		return 1;
	}
	begin_reading();
	while ((entry = readdir(devices)))
		read_device(dirfd(devices), entry->d_name);
	closedir(devices);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		printf("%s%s%s %lu\n", kinds[i].parent_prefix, *kinds[i].parent_prefix ? "/" : "",
		       kinds[i].prefix, kinds[i].count);
	printf("attributes %lu\nlinks %lu\nmarkers %lu\n", end_reading(), nr_links, nr_markers);
	return 0;
}
