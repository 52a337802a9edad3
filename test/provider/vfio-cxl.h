/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LAB_VFIO_CXL_H
#define CXL_LAB_VFIO_CXL_H

struct pci_dev;
struct range;

/*
 * lab_vfio_cxl_attach() - attach the memory of a device while a driver binds to it
 * @range: set to the addresses of its region
 *
 * The memory is detached when the driver is unbound. Return: 0 or a negative errno.
 */
int lab_vfio_cxl_attach(struct pci_dev *pdev, struct range *range);

#endif
