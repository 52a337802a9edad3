/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_OBSERVE_H
#define ATTACH_READ_OBSERVE_H

#include "attach/model/snapshot.h"
#include "util/iomem.h"

/**
 * observe_again() - read all devices again, and the owners of physical addresses
 * @before: an earlier snapshot of the same machine; see snapshot_take_again()
 * @now: released with snapshot_release()
 * @iomem: with the kernel's mappings; released with iomem_release(); empty if it cannot be read
 *
 * Both are read at the same time: the kernel needs as long to list all mappings as to show all
 * devices.
 *
 * Return: 0 or a negative errno; after an error there is nothing to release.
 */
int observe_again(const struct snapshot *before, struct snapshot *now, struct iomem *iomem);

#endif
