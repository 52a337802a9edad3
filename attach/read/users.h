/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USERS_H
#define ATTACH_READ_USERS_H

struct snapshot;

/*
 * Reads: who uses a device of the snapshot, from /proc (open files, mounts, swaps, routes), the
 * addresses of network interfaces, and the memory blocks of dax devices
 */

/**
 * snapshot_read_users() - read who uses the memdevs, their regions and the hosts' dependents
 *
 * A process that has a file of theirs open (/proc/PID/fd; without root, only one's own processes
 * are seen); a network interface that is up, has an address or a default route; a disk that is
 * mounted or swapped to; a region whose memory is online as system RAM
 * (Documentation/ABI/testing/sysfs-bus-dax, sysfs-devices-memory). To be called after
 * snapshot_read_dependents(), where it matters who needs the devices that a detach removes.
 */
void snapshot_read_users(struct snapshot *snapshot);

#endif
