/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_TAKE_H
#define ATTACH_READ_TAKE_H

struct snapshot;
struct sysfs_files;

/* Taking a snapshot (attach/model/snapshot.h): what of the machine is read into it */

/**
 * snapshot_take() - read the machine
 * @snapshot: filled; released with snapshot_release()
 *
 * Return: 0, or a negative errno (-ENOMEM, -EMFILE); then there is nothing to release. A machine
 * without CXL is an empty snapshot, not an error.
 */
int snapshot_take(struct snapshot *snapshot);

/**
 * snapshot_take_devices() - read the CXL devices alone: no modules, no unattached hosts
 *
 * For comparing two looks at the same devices; as snapshot_take() in all else.
 */
int snapshot_take_devices(struct snapshot *snapshot);

/**
 * snapshot_take_again() - as snapshot_take_devices(), of a machine that was read before
 * @before: what was seen then; it need not outlive @snapshot
 * @files: where the attributes stay open for the next time of those devices that do not come and go
 *         with a memdev, as long as there are not too many; or NULL
 *
 * It is for comparing (changes_find()). Of a device that is still the same one, what cannot change
 * as long as it exists is not read again: where it hangs, what kind it is, and all of a root
 * decoder. Of a new one, only what can be other than it was with the one in its place: not a
 * memdev's serial, NUMA node and class attributes, its host's bus and module, and not a region's
 * mode and ways.
 */
int snapshot_take_again(const struct snapshot *before, struct sysfs_files *files,
			struct snapshot *snapshot);

/**
 * snapshot_take_brief() - only what there is, who drives it, and which regions memdevs have
 *
 * Of memdevs nothing else is read, and of decoders only those by which a memdev takes part in a
 * region are; as snapshot_take_again() in all else.
 */
int snapshot_take_brief(const struct snapshot *before, struct snapshot *snapshot);

/**
 * snapshot_add_modules() - what snapshot_take_devices() left out of the hosts: their modules
 *
 * This takes as long as all else, and only matters where the devices themselves leave open who
 * attached them.
 */
void snapshot_add_modules(struct snapshot *snapshot);

#endif
