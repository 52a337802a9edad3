/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LAB_FIRMWARE_H
#define CXL_LAB_FIRMWARE_H

#include <linux/types.h>

struct pci_dev;

/* The kind of device that firmware sets up */
enum firmware_target {
	FIRMWARE_ACCELERATOR,	  /* device-coherent memory, decoders that can be reset */
	FIRMWARE_LOCKED_EXPANDER, /* host-only memory, decoders locked until the next reset */
};

/**
 * firmware_commit() - do what platform firmware does for a device before the OS starts
 * @pdev: a CXL memory device directly below a root port
 * @size: the bytes of its memory to decode, from its first byte on
 * @target: the kind of its memory
 *
 * Commits the next free HDM decoder of the host bridge and the first one of the device. They decode
 * the next free part of the fixed memory window that the CEDT table gives the host bridge. It must
 * run before the CXL core enumerates the host bridge's decoders, which means before the first
 * memdev below that bridge is registered. A device whose decoder is already committed is unchanged.
 *
 * Return: 0 or a negative errno.
 */
int firmware_commit(struct pci_dev *pdev, u64 size, enum firmware_target target);

/**
 * firmware_restore() - after a reset, commit a device's decoder as the host bridge decodes for it
 *
 * A reset clears the decoders of the device, but not those of the host bridge. A device for which
 * the bridge decodes nothing is unchanged.
 *
 * Return: 0 or a negative errno.
 */
int firmware_restore(struct pci_dev *pdev);

#endif
