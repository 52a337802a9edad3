// SPDX-License-Identifier: GPL-2.0-only
/*
 * A second attach provider, for the same devices as the first. It has the name and the binding of a
 * VFIO variant driver, and lets another module attach the memory.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/range.h>

#include "vfio-cxl.h"

static bool refuse;
module_param(refuse, bool, 0644);
MODULE_PARM_DESC(refuse, "Misbehave: fail the probe before attaching");

static int lab_vfio_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct range range;
	int rc = refuse ? -EIO : lab_vfio_cxl_attach(pdev, &range);

	if (rc == 0)
		pci_info(pdev, "has %#llx-%#llx\n", range.start, range.end);
	return rc;
}

/* Only for a device whose driver_override names this driver */
static const struct pci_device_id lab_vfio_pci_ids[] = {
	{PCI_DRIVER_OVERRIDE_DEVICE_VFIO(PCI_ANY_ID, PCI_ANY_ID)},
	{},
};
MODULE_DEVICE_TABLE(pci, lab_vfio_pci_ids);

static struct pci_driver lab_vfio_pci_driver = {
	.name = KBUILD_MODNAME,
	.id_table = lab_vfio_pci_ids,
	.probe = lab_vfio_pci_probe,
};
module_pci_driver(lab_vfio_pci_driver);

MODULE_DESCRIPTION("CXL attach provider for tests, as a VFIO variant driver");
MODULE_LICENSE("GPL");
