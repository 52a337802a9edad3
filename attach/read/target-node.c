// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/memory-blocks.h"
#include "attach/read/target-node.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/unread.h"

/* Return the node of the first dax device of the region that shows one */
static uint64_t node_of_dax(struct root root, const struct snapshot_region *region)
{
	_cleanup_free_ char *path =
		xasprintf("/sys/bus/cxl/devices/%s/%s", region->name, region->child);
	DIR *directory = root_opendir(root, path);
	uint64_t node = SNAPSHOT_NO_NUMBER;
	const struct dirent *entry;

	while (directory && node == SNAPSHOT_NO_NUMBER && (entry = unread_entry(directory))) {
		_cleanup_free_ char *file = xasprintf("%s/target_node", entry->d_name);

		if (strncmp(entry->d_name, "dax", strlen("dax")) == 0)
			node = sysfs_read_number(dirfd(directory), file);
	}
	if (directory)
		closedir(directory);
	return node;
}

/* Memory can come online from either end, and a region is not on two nodes. */
static uint64_t node_of_blocks(struct root root, const struct snapshot_region *region,
			       uint64_t block)
{
	uint64_t end = region->resource + region->size, node;

	if (!block || region->resource == SNAPSHOT_NO_NUMBER ||
	    region->size == SNAPSHOT_NO_NUMBER || end <= region->resource)
		return SNAPSHOT_NO_NUMBER;
	node = memory_block_node(root, region->resource / block);
	return node != SNAPSHOT_NO_NUMBER ? node : memory_block_node(root, (end - 1) / block);
}

void snapshot_read_target_nodes(struct snapshot *snapshot)
{
	uint64_t block = snapshot->nr_regions > 0 ? memory_block_size(snapshot->root) : 0;

	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		struct snapshot_region *region = &snapshot->regions[i];

		region->target_node =
			region->child ? node_of_dax(snapshot->root, region) : SNAPSHOT_NO_NUMBER;
		if (region->target_node == SNAPSHOT_NO_NUMBER)
			region->target_node = node_of_blocks(snapshot->root, region, block);
	}
}
