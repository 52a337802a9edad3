// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/user-search.h"
#include "attach/read/users-memory.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/unread.h"

/* Addresses of a dax device that is system RAM */
struct dax_range {
	uint64_t start, size;
};

struct memory_search {
	struct user_search *users;
	uint64_t block;	   /* bytes of a memory block; 0: this kernel has none */
	uint64_t *numbers; /* of those that there are, ascending */
	size_t nr_numbers;
	struct dax_range *ranges;
	size_t nr_ranges;
};

/* Memory blocks that are online, one after the other */
struct block_run {
	uint64_t first, last; /* numbers; @last is before @first for none */
	bool fixed;	      /* the kernel cannot remove one of them */
};

static int block_flag(const struct memory_search *search, uint64_t number, const char *attribute)
{
	_cleanup_free_ char *path =
		xasprintf("/sys/devices/system/memory/memory%ju/%s", (uintmax_t)number, attribute);

	return root_read_flag(search->users->snapshot->root, path);
}

static uint64_t read_block_size(struct root root)
{
	char text[32];

	if (root_read(root, "/sys/devices/system/memory/block_size_bytes", text, sizeof(text)) <= 0)
		return 0;
	return strtoull(text, NULL, 16);
}

static int compare_numbers(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* A region's size can be anything where sysfs is damaged: there is no more to look at than there
 * is. */
static void list_blocks(struct memory_search *search)
{
	DIR *directory = root_opendir(search->users->snapshot->root, "/sys/devices/system/memory");
	const struct dirent *entry;
	uintmax_t number;
	int end;

	while (directory && (entry = unread_entry(directory))) {
		if (sscanf(entry->d_name, "memory%ju%n", &number, &end) == 1 && !entry->d_name[end])
			*APPEND(search->numbers, search->nr_numbers) = number;
	}
	if (directory)
		closedir(directory);
	if (search->numbers)
		qsort(search->numbers, search->nr_numbers, sizeof(*search->numbers),
		      compare_numbers);
}

static bool has_block(const struct memory_search *search, uint64_t start, uint64_t size,
		      uint64_t number)
{
	return number >= start / search->block && number <= (start + size - 1) / search->block;
}

/* A range whose end is beyond the last address is one that sysfs cannot mean. */
static bool is_range(const struct memory_search *search, uint64_t start, uint64_t size)
{
	return search->block && start != SNAPSHOT_NO_NUMBER && size != SNAPSHOT_NO_NUMBER &&
	       size > 0 && start + size > start;
}

/* Is any memory block between @start and @start + @size online? */
static bool is_online(const struct memory_search *search, uint64_t start, uint64_t size)
{
	for (size_t i = 0; i < search->nr_numbers; i++) {
		if (has_block(search, start, size, search->numbers[i]) &&
		    block_flag(search, search->numbers[i], "online") == 1)
			return true;
	}
	return false;
}

/* The region that a dax device is below: its name is in the target of the link in /sys/bus/dax. */
static const struct snapshot_region *region_of_dax(const struct snapshot *snapshot, int devices,
						   const char *name)
{
	char path[SYSFS_ATTR_MAX];
	char *rest = path, *part;

	if (sysfs_link(devices, name, path, sizeof(path)) < 0)
		return NULL;
	while ((part = strsep(&rest, "/"))) {
		const struct snapshot_region *region = snapshot_find_region(snapshot, part);

		if (region)
			return region;
	}
	return NULL;
}

static void read_dax(struct memory_search *search, int devices, const char *name)
{
	const struct snapshot_region *region =
		region_of_dax(search->users->snapshot, devices, name);
	_cleanup_free_ char *dev = NULL, *resource = NULL, *size = NULL;
	struct dax_range range;
	char number[32];

	if (!region)
		return;
	dev = xasprintf("%s/dev", name);
	resource = xasprintf("%s/resource", name);
	size = xasprintf("%s/size", name);
	if (sysfs_read(devices, dev, number, sizeof(number)) > 0)
		user_search_add_node(search->users, region->name, number, false);
	range.start = sysfs_read_number(devices, resource);
	range.size = sysfs_read_number(devices, size);
	/* Only root can read where it starts. Without that, it starts with its region. */
	if (range.start == SNAPSHOT_NO_NUMBER)
		range.start = region->resource;
	if (!is_range(search, range.start, range.size) ||
	    !is_online(search, range.start, range.size))
		return;
	user_search_add(search->users, region->name, "system-ram", name, 0);
	*APPEND(search->ranges, search->nr_ranges) = range;
}

static void read_dax_devices(struct memory_search *search)
{
	DIR *directory = root_opendir(search->users->snapshot->root, "/sys/bus/dax/devices");
	const struct dirent *entry;

	while (directory && (entry = unread_entry(directory))) {
		if (entry->d_name[0] != '.')
			read_dax(search, dirfd(directory), entry->d_name);
	}
	if (directory)
		closedir(directory);
}

static bool is_of_dax(const struct memory_search *search, uint64_t number)
{
	for (size_t i = 0; i < search->nr_ranges; i++) {
		if (has_block(search, search->ranges[i].start, search->ranges[i].size, number))
			return true;
	}
	return false;
}

static void add_run(struct memory_search *search, const struct snapshot_region *region,
		    struct block_run *run)
{
	_cleanup_free_ char *what = NULL;

	if (run->last < run->first)
		return;
	what = run->first == run->last
		       ? xasprintf("memory%ju%s", (uintmax_t)run->first,
				   run->fixed ? ", not removable" : "")
		       : xasprintf("memory%ju to memory%ju%s", (uintmax_t)run->first,
				   (uintmax_t)run->last, run->fixed ? ", not removable" : "");
	user_search_add(search->users, region->name, "system-ram", what, 0);
}

/* Those blocks of the region that no dax device has brought online */
static void read_blocks(struct memory_search *search, const struct snapshot_region *region)
{
	struct block_run run = {.first = 1};

	if (!is_range(search, region->resource, region->size))
		return;
	for (size_t i = 0; i < search->nr_numbers; i++) {
		uint64_t number = search->numbers[i];

		if (!has_block(search, region->resource, region->size, number) ||
		    is_of_dax(search, number) || block_flag(search, number, "online") != 1)
			continue;
		if (run.last < run.first || run.last + 1 != number) {
			add_run(search, region, &run);
			run = (struct block_run){.first = number};
		}
		run.last = number;
		run.fixed |= block_flag(search, number, "removable") == 0;
	}
	add_run(search, region, &run);
}

void users_read_memory(struct user_search *users)
{
	const struct snapshot *snapshot = users->snapshot;
	struct memory_search search = {
		.users = users,
		.block = read_block_size(snapshot->root),
	};

	if (search.block)
		list_blocks(&search);
	read_dax_devices(&search);
	for (size_t i = 0; i < snapshot->nr_regions; i++)
		read_blocks(&search, &snapshot->regions[i]);
	free(search.numbers);
	free(search.ranges);
}
