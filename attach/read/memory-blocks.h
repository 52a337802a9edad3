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
	uint64_t size;	   /* the size of a block in bytes; 0: this kernel has no blocks */
	uint64_t *numbers; /* the numbers of the existing blocks, ascending */
	size_t count;
};

/** memory_blocks_read() - read which blocks exist; released with memory_blocks_release() */
void memory_blocks_read(struct root root, struct memory_blocks *blocks);
void memory_blocks_release(struct memory_blocks *blocks);

/** memory_block_size() - return the size of a block in bytes; 0: this kernel has no blocks */
uint64_t memory_block_size(struct root root);

/**
 * memory_block_flag() - read a block's attribute "online" or "removable"
 *
 * Return: 1, 0, or a negative value if it is unknown.
 */
int memory_block_flag(struct root root, uint64_t number, const char *attribute);

/** memory_block_node() - return the NUMA node of a block; SNAPSHOT_NO_NUMBER if unknown */
uint64_t memory_block_node(struct root root, uint64_t number);

#endif
