/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_PCI_CONFIG_H
#define ATTACH_READ_PCI_CONFIG_H

#include "util/flag.h"

/*
 * Reads: what the configuration space of a PCI device shows about CXL. Only root can read that part
 * of it; for other users, nothing is known. @fd is the device's directory.
 *
 * The registers are in the CXL device DVSEC (CXL specification 3.1, 8.1.3: vendor 1e98h, id 0).
 */

/**
 * pci_has_cxl_memory() - test whether the device has CXL memory
 *
 * This is Mem_Capable, bit 2 of the capability at 0Ah.
 */
enum flag pci_has_cxl_memory(int fd);

/**
 * pci_cxl_memory_enabled() - test whether the device answers accesses to its memory
 *
 * This is Mem_Enable, bit 2 of the control register at 0Ch. Return: FLAG_UNKNOWN also for a device
 * without CXL memory.
 */
enum flag pci_cxl_memory_enabled(int fd);

#endif
