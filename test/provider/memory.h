/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LAB_MEMORY_H
#define CXL_LAB_MEMORY_H

/* How a provider attaches the CXL memory of its PCI device. Each module has its own imports. */

#include <linux/pci.h>

#include <cxl/cxl.h>

#include "compat.h"

struct lab_memory {
	struct cxl_dev_state cxlds;
	struct cxl_memdev *cxlmd;
	struct range range; /* of the region, in host physical addresses */
};

/*
 * lab_memory_alloc() - allocate a zeroed @type for an enabled device. It begins with a struct
 * lab_memory, whose cxlds is @member. It lives as long as the driver is bound. Return: an ERR_PTR()
 * if the device has no CXL memory.
 */
#define lab_memory_alloc(pdev, type, member)                                                       \
	({                                                                                         \
		int _dvsec = lab_memory_find(pdev);                                                \
		type *_new = _dvsec < 0                                                            \
				     ? ERR_PTR(_dvsec)                                             \
				     : devm_cxl_dev_state_create(&(pdev)->dev, CXL_DEVTYPE_DEVMEM, \
								 pci_get_dsn(pdev), _dvsec, type,  \
								 member, false);                   \
		_new ?: ERR_PTR(-ENOMEM);                                                          \
	})

static inline int lab_memory_find(struct pci_dev *pdev)
{
	int rc = pcim_enable_device(pdev);
	u16 dvsec;

	if (rc)
		return rc;
	dvsec = pci_find_dvsec_capability(pdev, PCI_VENDOR_ID_CXL, PCI_DVSEC_CXL_DEVICE);
	return dvsec ?: dev_err_probe(&pdev->dev, -ENODEV, "no CXL device\n");
}

/* lab_memory_attach() - register the memdev with an attach method; 0 or a negative errno */
static inline int lab_memory_attach(struct pci_dev *pdev, struct lab_memory *memory)
{
	struct cxl_dev_state *cxlds = &memory->cxlds;
	int rc;

	rc = cxl_pci_setup_regs(pdev, CXL_REGLOC_RBI_COMPONENT, &cxlds->reg_map);
	if (rc)
		return dev_err_probe(&pdev->dev, rc, "no component registers\n");
	if (!cxlds->reg_map.component_map.hdm_decoder.valid)
		return dev_err_probe(&pdev->dev, -ENODEV, "no HDM decoders\n");

	/* There is no mailbox to query, and the memory is ready at once. */
	cxlds->media_ready = true;
	rc = lab_accel_set_capacity(cxlds, LAB_ACCEL_SIZE);
	if (rc)
		return dev_err_probe(&pdev->dev, rc, "cannot set the capacity\n");

	memory->cxlmd = devm_cxl_probe_mem(cxlds, &memory->range);
	if (IS_ERR(memory->cxlmd))
		return dev_err_probe(&pdev->dev, PTR_ERR(memory->cxlmd), "cannot attach\n");
	return 0;
}

#endif
