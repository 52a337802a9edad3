/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_DEPENDENTS_H
#define ATTACH_READ_DEPENDENTS_H

struct snapshot;

/*
 * Reads: the devices below the memdevs' hosts that are not CXL's (network interfaces, block
 * devices), and the attributes that decide which driver a host gets
 */

/**
 * snapshot_read_dependents() - read what the memdevs' hosts have below them besides CXL
 *
 * The driver of the host registered these devices, and they go with it (kernel: the children of a
 * device in Documentation/driver-api/driver-model). To be called right after snapshot_take(), where
 * it matters what else a detach removes.
 */
void snapshot_read_dependents(struct snapshot *snapshot);

#endif
