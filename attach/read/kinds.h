/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_KINDS_H
#define ATTACH_READ_KINDS_H

#include "attach/read/device.h"

/*
 * Reads: the attributes of a memdev, region, decoder or port, and of a dax or pmem region, for
 * which the snapshot has a member
 */

/** kind_of() - return the kind of the device of that name */
enum device_kind kind_of(const char *name);

/**
 * kind_read() - read a device into the snapshot, unless its kind is DEVICE_OTHER
 *
 * A device that is removed in the meantime is not in the snapshot, and a memdev is counted as left
 * out. A removed region stays in the snapshot, with only its name.
 *
 * Return: false if the device was removed.
 */
bool kind_read(struct snapshot *snapshot, const struct device *device);

/**
 * copy_root_decoder() - copy a root decoder from the earlier snapshot, if it is still the same one
 */
bool copy_root_decoder(struct snapshot *snapshot, const struct device *device);

/**
 * assume_idle_decoder() - add a decoder that decodes nothing without reading it, as @like of
 * snapshot_take_again() permits
 * @port: the port above it
 */
bool assume_idle_decoder(struct snapshot *snapshot, const struct device *device,
			 const struct snapshot_port *port);

#endif
