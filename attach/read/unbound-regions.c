// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "attach/read/device.h"
#include "attach/read/unbound-regions.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/unread.h"

#define PAUSE_US 1000000

/* The same as PAUSE_US, with events: they can be about other devices, and need not end. */
#define MAX_US 10000000

static uint64_t factor(void)
{
#ifdef TEST_POINTS
	/* Tests must not depend on how fast the machine is. */
	const char *wanted = getenv("TEST_PAUSE_TIMES");

	if (wanted)
		return strtoull(wanted, NULL, 10);
#endif
	return 1;
}

uint64_t unbound_regions_pause(void)
{
	return PAUSE_US * factor();
}

static void see(struct unbound_regions *regions, uint64_t inode)
{
	for (size_t i = 0; i < regions->count; i++) {
		if (regions->list[i].inode == inode) {
			regions->list[i].seen = true;
			return;
		}
	}
	*APPEND(regions->list, regions->count) =
		(struct unbound_region){.inode = inode, .since_us = clock_now(), .seen = true};
}

static bool has_driver(int devices, const char *region)
{
	_cleanup_free_ char *link = xasprintf("%s/driver", region);

	return !sysfs_is_absent(devices, link);
}

/* Drop the regions that are gone or have a driver now; test whether one of the others is new */
static bool sweep(struct unbound_regions *regions, bool paused)
{
	uint64_t now = clock_now(), least = (paused ? PAUSE_US : MAX_US) * factor();
	bool new = false;
	size_t kept = 0;

	for (size_t i = 0; i < regions->count; i++) {
		struct unbound_region region = regions->list[i];

		if (!region.seen)
			continue;
		region.seen = false;
		region.settled |= now >= region.since_us + least;
		new |= !region.settled;
		regions->list[kept++] = region;
	}
	regions->count = kept;
	return new;
}

int unbound_regions_read(struct root root, bool paused, struct unbound_regions *regions)
{
	DIR *devices = root_opendir(root, "/sys/bus/cxl/devices");
	const struct dirent *entry;

	if (!devices && errno != ENOENT)
		return -errno;
	while (devices && (entry = unread_entry(devices))) {
		if (device_name_has_prefix(entry->d_name, "region") &&
		    !has_driver(dirfd(devices), entry->d_name))
			see(regions, entry->d_ino);
	}
	if (devices)
		closedir(devices);
	return sweep(regions, paused);
}

void unbound_regions_release(struct unbound_regions *regions)
{
	free(regions->list);
	*regions = (struct unbound_regions){0};
}
