/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_KINDS_H
#define ATTACH_READ_KINDS_H

#include "attach/read/device.h"

/*
 * Reads: of a memdev, region, decoder or port, and of a dax or pmem region, the attributes that
 * the snapshot has a member for
 */

/** kind_of() - the kind of the device of that name */
enum device_kind kind_of(const char *name);

/**
 * kind_read() - read a device, whose kind is not DEVICE_OTHER, into the snapshot
 *
 * One that is removed meanwhile is not in the snapshot; a memdev is counted as left out. Of a
 * region, only the name is known then.
 *
 * Return: false if it was removed.
 */
bool kind_read(struct snapshot *snapshot, const struct device *device);

/** copy_root_decoder() - copy it from the earlier snapshot, if it is still the same one */
bool copy_root_decoder(struct snapshot *snapshot, const struct device *device);

#endif
