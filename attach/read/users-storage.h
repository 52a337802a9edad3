/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USERS_STORAGE_H
#define ATTACH_READ_USERS_STORAGE_H

struct user_search;

/**
 * users_read_storage() - who uses the hosts' disks
 *
 * What is stacked on them (dm, md, LVM: /sys/class/block/DISK/holders), and what is mounted, in any
 * mount namespace, or swapped to, on a disk or on what is stacked on it.
 */
void users_read_storage(struct user_search *search);

#endif
