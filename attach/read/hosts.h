/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_HOSTS_H
#define ATTACH_READ_HOSTS_H

struct modules;
struct snapshot;

/*
 * Reads: the devices of /sys/bus/{pci,platform,auxiliary} that have no memdev and that an attach
 * provider drives or would drive; and what the modules of all hosts' drivers show about attach
 */

/** snapshot_read_modules() - read the properties of the modules that drive the memdevs' hosts */
void snapshot_read_modules(struct snapshot *snapshot, struct modules *modules);

/**
 * snapshot_read_unattached_hosts() - read the hosts without a memdev
 *
 * A provider drives a device that is bound to its driver. It would drive a device without a driver
 * if the device's driver_override names its driver, or if its module claims the device's modalias
 * (kernel: Documentation/ABI/testing/sysfs-bus-pci and sysfs-bus-platform).
 */
void snapshot_read_unattached_hosts(struct snapshot *snapshot, struct modules *modules);

#endif
