/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_DEPENDENTS_H
#define ATTACH_READ_DEPENDENTS_H

struct snapshot;

/*
 * Reads: the devices below the memdevs' hosts that are not CXL devices (network interfaces, block
 * devices), and the attributes that decide which driver a host gets
 */

/**
 * snapshot_read_dependents() - read the devices below the memdevs' hosts that are not CXL devices
 *
 * The driver of the host registered these devices, and they disappear with it (kernel: the children
 * of a device in Documentation/driver-api/driver-model). The caller must call this right after
 * snapshot_take(), if it needs to know what else a detach removes.
 */
void snapshot_read_dependents(struct snapshot *snapshot);

#endif
