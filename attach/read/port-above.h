/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_PORT_ABOVE_H
#define ATTACH_READ_PORT_ABOVE_H

struct snapshot;
struct snapshot_unattached_host;

/* Reads: the links dportN of CXL ports, which show what a device without a memdev is below */

/**
 * find_port_above() - the nearest CXL port that the host is below, and its decoder for the host
 * @bus: the directory with the host's entry: /sys/bus/pci/devices
 * @unattached: its port and decoder are set; both stay NULL if there is none
 */
void find_port_above(const struct snapshot *snapshot, int bus,
		     struct snapshot_unattached_host *unattached);

#endif
