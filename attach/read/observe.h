/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_LOOK_H
#define CXL_ATTACH_LOOK_H

#include "attach/model/snapshot.h"
#include "util/iomem.h"

/**
 * observe_again() - all that is there now: the devices, and whose the physical addresses are
 * @before: of the same machine; see snapshot_take_again()
 * @now: released with snapshot_release()
 * @iomem: with the kernel's mappings; released with iomem_release(); empty if nobody may read it
 *
 * The two are read at the same time: to list all mappings takes the kernel as long as to show all
 * devices.
 *
 * Return: 0 or a negative errno; then there is nothing to release.
 */
int observe_again(const struct snapshot *before, struct snapshot *now, struct iomem *iomem);

#endif
