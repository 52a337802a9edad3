/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_SNAPSHOT_PRIVATE_H
#define CXL_ATTACH_SNAPSHOT_PRIVATE_H

/* What the parts of snapshot_take() share */

struct snapshot;

/** snapshot_keep() - a copy of @text that belongs to the snapshot; NULL for NULL */
const char *snapshot_keep(struct snapshot *snapshot, const char *text);

/** snapshot_sort_ports() - so that they can be found while the rest is still being read; pure */
void snapshot_sort_ports(struct snapshot *snapshot);

/**
 * snapshot_link() - sort what was read, and turn the names in it into pointers
 *
 * A name that leads nowhere, because the device went away meanwhile, leaves its pointer NULL. Pure.
 */
void snapshot_link(struct snapshot *snapshot);

#endif
