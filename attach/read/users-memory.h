/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USERS_MEMORY_H
#define ATTACH_READ_USERS_MEMORY_H

struct user_search;

/**
 * users_read_memory() - find regions whose memory is online as system RAM, and the files of dax
 * devices to look for
 *
 * The memory blocks in the region's range decide, however they came online: by kmem with a dax
 * device, or by a driver itself (add_memory_driver_managed()), as for a GPU's memory that is a NUMA
 * node.
 */
void users_read_memory(struct user_search *search);

#endif
