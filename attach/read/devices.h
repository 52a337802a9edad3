/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_DEVICES_H
#define ATTACH_READ_DEVICES_H

#include "attach/read/device.h"

/* Reads: every entry of /sys/bus/cxl/devices, with as few system calls as possible */

/**
 * devices_read() - read every CXL device into @snapshot, which snapshot_begin() made
 * @before: an earlier snapshot, which makes it unnecessary to read what cannot have changed; or
 * NULL
 * @files: the attributes that stay open for the next time; or NULL
 * @like: as for snapshot_take_again(); or NULL
 *
 * Return: 0 or a negative errno. A machine without a CXL bus has no devices, which is not an error.
 */
int devices_read(const struct snapshot *before, struct sysfs_files *files, enum depth depth,
		 const struct snapshot *like, struct snapshot *snapshot);

#endif
