/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_PORT_ABOVE_H
#define ATTACH_READ_PORT_ABOVE_H

#include <stdbool.h>
#include <stddef.h>

struct snapshot;
struct snapshot_unattached_host;

/* Reads: the links dportN of CXL ports, which show the port above a device without a memdev */

/**
 * find_port_above() - find the nearest CXL port above the host, and its decoder for the host
 * @bus: the directory with the host's entry: /sys/bus/pci/devices
 * @unattached: its port and decoder are set; both stay NULL if there is no such port
 */
void find_port_above(const struct snapshot *snapshot, int bus,
		     struct snapshot_unattached_host *unattached);

/* The devices that are downstream ports of a CXL port, read once */
struct dports {
	char **names;
	size_t count;
};

/** dports_read() - read the downstream ports of all ports; released with dports_release() */
void dports_read(const struct snapshot *snapshot, struct dports *dports);
void dports_release(struct dports *dports);

/**
 * dports_are_above() - test whether a device is below one of these devices
 * @bus: the directory with the device's entry: /sys/bus/pci/devices
 */
bool dports_are_above(const struct dports *dports, int bus, const char *device);

#endif
