/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_USERS_H
#define CXL_ATTACH_USERS_H

struct snapshot;

/**
 * snapshot_read_users() - read who uses the memdevs, their regions, and what hangs below their
 * hosts
 *
 * Processes that have a file of theirs open (/proc/PID/fd; without root, only one's own processes
 * are seen), network interfaces that are up, have an address or a default route, disks that are
 * mounted or swapped to, and regions whose memory is online as system RAM
 * (Documentation/ABI/testing/sysfs-bus-dax, sysfs-devices-memory). A part of reading: to be called
 * after snapshot_read_dependents(), where it is of interest who would miss what a operation takes
 * down.
 */
void snapshot_read_users(struct snapshot *snapshot);

#endif
