/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_PCI_CONFIG_H
#define ATTACH_READ_PCI_CONFIG_H

#include "util/flag.h"

/*
 * Reads: what the configuration space of a PCI device says about CXL. Only root can read that far;
 * for anybody else, nothing is known. @fd is the device's directory.
 *
 * It is in the CXL device DVSEC (CXL specification 3.1, 8.1.3: vendor 1e98h, id 0).
 */

/** pci_has_cxl_memory() - has the device CXL memory? Mem_Capable, bit 2 of the capability at 0Ah */
enum flag pci_has_cxl_memory(int fd);

/**
 * pci_cxl_memory_enabled() - does it answer to accesses of its memory? Mem_Enable, bit 2 of the
 * control register at 0Ch; FLAG_UNKNOWN also for a device without CXL memory
 */
enum flag pci_cxl_memory_enabled(int fd);

#endif
