/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USERS_H
#define ATTACH_READ_USERS_H

struct snapshot;

/*
 * Reads: the users of a snapshot's devices, from /proc (open files, mounts, swaps, routes), the
 * addresses of network interfaces, and the memory blocks of dax devices
 */

/**
 * snapshot_read_users() - read the users of the memdevs, their regions and the hosts' dependents
 *
 * A user is: a process that has one of their files open (/proc/PID/fd; without root, only the
 * user's own processes are seen); a network interface that is up, has an address or a default
 * route; a disk that is mounted or swapped to; or a region whose memory is online as system RAM
 * (Documentation/ABI/testing/sysfs-bus-dax, sysfs-devices-memory). The caller must call this after
 * snapshot_read_dependents(), if it needs the users of the devices that a detach removes.
 */
void snapshot_read_users(struct snapshot *snapshot);

#endif
