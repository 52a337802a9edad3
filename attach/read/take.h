/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_TAKE_H
#define ATTACH_READ_TAKE_H

#include "util/root.h"

struct snapshot;
struct sysfs_files;

/*
 * Reads: a whole snapshot (attach/model/snapshot.h), by the other files of this directory.
 *
 * It comes straight from sysfs, relative to a handle on /sys/bus/cxl/devices, because a listing of
 * thousands of memdevs has no time for libcxl's enumeration; test/replay/same-as-libcxl.c holds the
 * two against each other.
 */

/**
 * snapshot_take() - read that machine
 * @snapshot: filled; released with snapshot_release()
 *
 * Return: 0, or a negative errno (-ENOMEM, -EMFILE); then there is nothing to release. A machine
 * without CXL is an empty snapshot, not an error.
 */
int snapshot_take(struct root root, struct snapshot *snapshot);

/**
 * snapshot_take_devices() - read the CXL devices alone: no modules, no unattached hosts, no NUMA
 * nodes of regions
 *
 * For comparing two snapshots of the same devices; in all else as snapshot_take().
 */
int snapshot_take_devices(struct root root, struct snapshot *snapshot);

/**
 * snapshot_take_again() - as snapshot_take_devices(), of a machine that was read before
 * @before: the earlier snapshot; it need not outlive @snapshot
 * @files: where the attributes of devices that do not come and go with a memdev stay open for the
 *         next time, up to a limit; or NULL
 *
 * For comparing (changes_find()). Of a device that is still the same one, what cannot change while
 * it exists is not read again: what it is below, its kind, and all of a root decoder. Of a new
 * device, what cannot differ from its predecessor of the same name is not read: the serial, NUMA
 * node and class attributes of a memdev, the bus and module of its host, and the mode and ways of a
 * region.
 */
int snapshot_take_again(const struct snapshot *before, struct sysfs_files *files,
			struct snapshot *snapshot);

/**
 * snapshot_take_brief() - a brief snapshot: what checks_of_attach() needs to know
 *
 * That is which memdevs there are, of which hosts, and the addresses, sizes and locks of the
 * regions that they take part in. Of decoders, only those are read by which a memdev takes part in
 * a region; of ports, only endpoints. In all else as snapshot_take_again(); @before, of the same
 * @root, may be NULL.
 */
int snapshot_take_brief(struct root root, const struct snapshot *before, struct snapshot *snapshot);

/**
 * snapshot_add_modules() - read the hosts' modules, which snapshot_take_devices() leaves out
 *
 * This takes as long as all else. It only matters where the devices alone do not show who attached
 * them.
 */
void snapshot_add_modules(struct snapshot *snapshot);

#endif
