/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LAB_COMPAT_H
#define CXL_LAB_COMPAT_H

/* The differences between the kernels that have devm_cxl_probe_mem() */

#include <linux/sizes.h>
#include <linux/version.h>

#include "cxlmem.h"
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0)
#include <cxl/pci.h>
#else
#include "cxlpci.h"
#endif

#define LAB_ACCEL_SIZE ((u64)SZ_256M)

static inline int lab_accel_set_capacity(struct cxl_dev_state *cxlds, u64 size)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0)
	return cxl_set_capacity(cxlds, size);
#else
	struct cxl_dpa_info info = {
		.size = size,
		.part = {{.range = {.start = 0, .end = size - 1}, .mode = CXL_PARTMODE_RAM}},
		.nr_partitions = 1,
	};

	return cxl_dpa_setup(cxlds, &info);
#endif
}

#endif
