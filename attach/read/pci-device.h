/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_PCI_DEVICE_H
#define ATTACH_READ_PCI_DEVICE_H

struct snapshot;

/**
 * snapshot_read_pci_devices() - read what else is about the memdevs' hosts that are PCI devices
 *
 * Their other functions, IOMMU group, ways to reset them, and whether their memory is enabled: see
 * struct snapshot_pci (Documentation/ABI/testing/sysfs-bus-pci, sysfs-kernel-iommu_groups). Where
 * that matters: whoever resets a device resets all of its functions, and VFIO takes a group whole.
 */
void snapshot_read_pci_devices(struct snapshot *snapshot);

#endif
