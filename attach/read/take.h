/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_TAKE_H
#define ATTACH_READ_TAKE_H

#include "util/root.h"

struct snapshot;
struct sysfs_files;

/*
 * Reads: a whole snapshot (attach/model/snapshot.h), with the other files of this directory.
 *
 * It reads sysfs directly, relative to a handle on /sys/bus/cxl/devices, because a listing of
 * thousands of memdevs has no time for libcxl's enumeration. test/replay/same-as-libcxl.c compares
 * the results of both.
 */

/**
 * snapshot_take() - read a machine
 * @snapshot: filled; released with snapshot_release()
 *
 * Return: 0, or a negative errno (-ENOMEM, -EMFILE); after an error there is nothing to release. A
 * machine without CXL gives an empty snapshot, which is not an error.
 */
int snapshot_take(struct root root, struct snapshot *snapshot);

/**
 * snapshot_take_devices() - read only the CXL devices: no modules, no unattached hosts, no NUMA
 * nodes of regions
 *
 * The result is for a comparison of two snapshots of the same devices. Otherwise as
 * snapshot_take().
 */
int snapshot_take_devices(struct root root, struct snapshot *snapshot);

/**
 * snapshot_take_again() - as snapshot_take_devices(), for a machine that was read before
 * @before: the earlier snapshot; it need not outlive @snapshot
 * @files: the attributes that stay open for the next time, up to a limit, except those of devices
 * that appear and disappear with a memdev; or NULL
 *
 * The result is for a comparison (changes_find()). For a device that is still the same one,
 * constant properties are not read again: the device above it, its kind, and everything about a
 * root decoder. For a new device, properties that cannot differ from those of the previous device
 * of the same name are not read. For a memdev these are the serial, NUMA node and class attributes,
 * and the bus and module of its host. For a region these are the mode and ways.
 *
 * @like: the machine when it was read as a whole; it need not outlive @snapshot. NULL: read the
 * machine as a whole
 *
 * With @like, the following is taken for granted. Only another snapshot without @like shows that it
 * is wrong.
 * - A port counts its committed decoders. A decoder above that number, which decoded nothing before
 *   or belongs to a new endpoint, decodes nothing: snapshot_decoder_is_uncounted().
 * - A memdev with the name of one in @like has its sizes. The same is true for the lock and the
 *   target type of an endpoint's decoder that has a size in both.
 */
int snapshot_take_again(const struct snapshot *before, struct sysfs_files *files,
			const struct snapshot *like, struct snapshot *snapshot);

/**
 * snapshot_take_brief() - take a brief snapshot, with what checks_of_attach() needs
 *
 * It contains the memdevs, their hosts, and the addresses, sizes and locks of the regions that they
 * take part in. The only decoders in it are those by which a memdev takes part in a region, and the
 * only ports are endpoints. Otherwise as snapshot_take_again(); @before, of the same @root, may be
 * NULL.
 */
int snapshot_take_brief(struct root root, const struct snapshot *before, struct snapshot *snapshot);

/**
 * snapshot_add_modules() - read the hosts' modules, which snapshot_take_devices() leaves out
 *
 * This takes as long as everything else. It only matters if the devices alone do not show which
 * driver attached them.
 */
void snapshot_add_modules(struct snapshot *snapshot);

#endif
