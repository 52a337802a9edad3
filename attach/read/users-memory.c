// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/memory-blocks.h"
#include "attach/read/user-search.h"
#include "attach/read/users-memory.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/text.h"
#include "util/unread.h"

/* The addresses of a dax device of a region; @name is a text of the snapshot */
struct dax_range {
	const char *name;
	const struct snapshot_region *region;
	uint64_t start, size;
};

struct memory_search {
	struct user_search *users;
	struct memory_blocks blocks;
	struct dax_range *ranges;
	size_t nr_ranges;
};

/* Consecutive online memory blocks with the same properties */
struct block_run {
	uint64_t first, last; /* numbers; if @last is below @first, there is none */
	const char *dax;      /* the dax device of the blocks; NULL: none */
	uint64_t node;	      /* SNAPSHOT_NO_NUMBER: unknown */
	int removable;	      /* negative: unknown */
};

static bool has_block(const struct memory_search *search, uint64_t start, uint64_t size,
		      uint64_t number)
{
	return number >= start / search->blocks.size &&
	       number <= (start + size - 1) / search->blocks.size;
}

/* Reject a range that ends beyond the last address: the text in sysfs is damaged. */
static bool is_range(const struct memory_search *search, uint64_t start, uint64_t size)
{
	return search->blocks.size && start != SNAPSHOT_NO_NUMBER && size != SNAPSHOT_NO_NUMBER &&
	       size > 0 && start + size > start;
}

/* Return the region above a dax device: its name is in the target of the link in /sys/bus/dax. */
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
	/*
	 * Only root can read the start of the range. Without it, the range starts with its region.
	 */
	if (range.start == SNAPSHOT_NO_NUMBER)
		range.start = region->resource;
	if (!is_range(search, range.start, range.size))
		return;
	range.region = region;
	range.name = snapshot_keep(search->users->snapshot, name);
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

static const char *find_dax(const struct memory_search *search,
			    const struct snapshot_region *region, uint64_t number)
{
	for (size_t i = 0; i < search->nr_ranges; i++) {
		const struct dax_range *range = &search->ranges[i];

		if (range->region == region && has_block(search, range->start, range->size, number))
			return range->name;
	}
	return NULL;
}

/* Test whether a block belongs to the region. A dax device also shows where a region is. */
static bool is_of_region(const struct memory_search *search, const struct snapshot_region *region,
			 struct block_run *block)
{
	block->dax = find_dax(search, region, block->first);
	return block->dax || (is_range(search, region->resource, region->size) &&
			      has_block(search, region->resource, region->size, block->first));
}

/* Add a user for "dax1.0: memory64 to memory65 at 0x400000000, node 1, not removable" */
static void add_run(struct memory_search *search, const struct snapshot_region *region,
		    const struct block_run *run)
{
	_cleanup_free_ char *last = NULL, *node = NULL, *what = NULL;

	if (run->last < run->first)
		return;
	if (run->last > run->first)
		last = xasprintf(" to memory%ju", (uintmax_t)run->last);
	if (run->node != SNAPSHOT_NO_NUMBER)
		node = xasprintf(", node %ju", (uintmax_t)run->node);
	what = xasprintf("%s%smemory%ju%s at 0x%jx%s%s", run->dax ?: "", run->dax ? ": " : "",
			 (uintmax_t)run->first, last ?: "",
			 (uintmax_t)(run->first * search->blocks.size), node ?: "",
			 run->removable == 0  ? ", not removable"
			 : run->removable > 0 ? ", removable"
					      : "");
	user_search_add(search->users, region->name, "system-ram", what, 0);
}

static bool continues(const struct block_run *run, const struct block_run *block)
{
	return run->last >= run->first && run->last + 1 == block->first &&
	       streq(run->dax, block->dax) && run->node == block->node &&
	       run->removable == block->removable;
}

/* If sysfs is damaged, a region can have any size. Only blocks that exist are read. */
static void read_blocks(struct memory_search *search, const struct snapshot_region *region)
{
	struct root root = search->blocks.root;
	struct block_run run = {.first = 1};

	for (size_t i = 0; i < search->blocks.count; i++) {
		uint64_t number = search->blocks.numbers[i];
		struct block_run block = {.first = number, .last = number};

		if (!is_of_region(search, region, &block) ||
		    memory_block_flag(root, number, "online") != 1)
			continue;
		block.node = memory_block_node(root, number);
		block.removable = memory_block_flag(root, number, "removable");
		if (continues(&run, &block)) {
			run.last = number;
		} else {
			add_run(search, region, &run);
			run = block;
		}
	}
	add_run(search, region, &run);
}

void users_read_memory(struct user_search *users)
{
	const struct snapshot *snapshot = users->snapshot;
	struct memory_search search = {.users = users};

	memory_blocks_read(snapshot->root, &search.blocks);
	read_dax_devices(&search);
	for (size_t i = 0; i < snapshot->nr_regions; i++)
		read_blocks(&search, &snapshot->regions[i]);
	memory_blocks_release(&search.blocks);
	free(search.ranges);
}
