/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_MEMORY_BLOCKS_H
#define ATTACH_READ_MEMORY_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/root.h"

/*
 * Reads: the blocks in which the kernel takes memory as system RAM
 * (Documentation/ABI/testing/sysfs-devices-memory). Block number N begins at N times its size.
 */

struct memory_blocks {
	struct root root;
	uint64_t size;	   /* bytes of a block; 0: this kernel has none */
	uint64_t *numbers; /* of those that there are, ascending */
	size_t count;
};

/** memory_blocks_read() - which blocks there are; released with memory_blocks_release() */
void memory_blocks_read(struct root root, struct memory_blocks *blocks);
void memory_blocks_release(struct memory_blocks *blocks);

/** memory_block_size() - bytes of a block; 0: this kernel has none */
uint64_t memory_block_size(struct root root);

/** memory_block_flag() - its attribute "online" or "removable": 1, 0, or less if it is not known */
int memory_block_flag(struct root root, uint64_t number, const char *attribute);

/** memory_block_node() - the NUMA node that it is on; SNAPSHOT_NO_NUMBER if that is not known */
uint64_t memory_block_node(struct root root, uint64_t number);

#endif
