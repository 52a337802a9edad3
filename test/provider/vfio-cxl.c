// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shared part of several VFIO drivers. It attaches the CXL memory of a device for the driver
 * that is bound to it. The module of that driver imports no symbol of CXL.
 */
#include <linux/module.h>

#include "memory.h"
#include "vfio-cxl.h"

int lab_vfio_cxl_attach(struct pci_dev *pdev, struct range *range)
{
	struct lab_memory *memory = lab_memory_alloc(pdev, struct lab_memory, cxlds);
	int rc;

	if (IS_ERR(memory))
		return PTR_ERR(memory);
	rc = lab_memory_attach(pdev, memory);
	if (rc == 0)
		*range = memory->range;
	return rc;
}
EXPORT_SYMBOL_GPL(lab_vfio_cxl_attach);

MODULE_DESCRIPTION("Attaches CXL memory for VFIO drivers, for tests");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("CXL");
