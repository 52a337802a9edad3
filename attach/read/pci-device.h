/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_PCI_DEVICE_H
#define ATTACH_READ_PCI_DEVICE_H

struct snapshot;

/**
 * snapshot_read_pci_devices() - read more properties of the memdevs' hosts that are PCI devices
 *
 * These are the other functions, the IOMMU group, the ways to reset the device, and whether its
 * memory is enabled: see struct snapshot_pci (Documentation/ABI/testing/sysfs-bus-pci,
 * sysfs-kernel-iommu_groups). They matter because a reset of a device resets all its functions, and
 * because VFIO takes a whole group.
 */
void snapshot_read_pci_devices(struct snapshot *snapshot);

#endif
