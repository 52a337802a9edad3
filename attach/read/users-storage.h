/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USERS_STORAGE_H
#define ATTACH_READ_USERS_STORAGE_H

struct user_search;

/**
 * users_read_storage() - find the users of the hosts' disks
 *
 * These are devices stacked on them (dm, md, LVM: /sys/class/block/DISK/holders), mounts in any
 * mount namespace, and swaps, on a disk or on a device stacked on it.
 */
void users_read_storage(struct user_search *search);

#endif
