/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_TARGET_NODE_H
#define ATTACH_READ_TARGET_NODE_H

struct snapshot;

/**
 * snapshot_read_target_nodes() - read the NUMA node of each region's memory
 *
 * This is the node that the kernel has, or would create, for these addresses. In contrast, the node
 * of a memdev is the one that its device is near to. The kernel shows the node where the memory can
 * be used: as target_node of the region's dax devices (Documentation/ABI/testing/sysfs-bus-dax), or
 * as the node of its memory blocks. Otherwise it stays unknown.
 */
void snapshot_read_target_nodes(struct snapshot *snapshot);

#endif
