/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_HOSTS_H
#define CXL_ATTACH_HOSTS_H

struct modules;
struct snapshot;

/* The parts of snapshot_take() that go beyond the CXL devices */

/** snapshot_read_modules() - what is known about the modules of the memdevs' hosts' drivers */
void snapshot_read_modules(struct snapshot *snapshot, struct modules *modules);

/**
 * snapshot_read_unattached_hosts() - devices without a memdev that an attach provider drives, or
 * would
 *
 * On the buses whose devices can be accelerators. A provider drives a device that is bound to its
 * driver; it would drive one without a driver whose driver_override names it, or whose modalias its
 * module claims (kernel: Documentation/ABI/testing/sysfs-bus-pci and sysfs-bus-platform).
 */
void snapshot_read_unattached_hosts(struct snapshot *snapshot, struct modules *modules);

#endif
