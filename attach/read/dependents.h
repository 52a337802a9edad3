/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_DEPENDENTS_H
#define CXL_ATTACH_DEPENDENTS_H

struct snapshot;

/**
 * snapshot_read_dependents() - read what hangs below the memdevs' hosts, besides CXL
 *
 * Network interfaces, block devices, whatever the host's driver registered, and so goes down with
 * it (kernel: the children of a device in Documentation/driver-api/driver-model); and which
 * drivers the hosts may have. A part of reading: to be called right after snapshot_take(), where it
 * is of interest what else a operation would take down.
 */
void snapshot_read_dependents(struct snapshot *snapshot);

#endif
