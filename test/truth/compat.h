/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LAB_TRUTH_COMPAT_H
#define CXL_LAB_TRUTH_COMPAT_H

/* The differences between kernels: an older kernel shows less, and then the answer is no */

#include <linux/module.h>
#include <linux/version.h>

#include "cxlmem.h"

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
MODULE_IMPORT_NS("CXL");
#else
MODULE_IMPORT_NS(CXL);
#endif

static inline bool truth_attach(const struct cxl_memdev *cxlmd)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
	return cxlmd->attach;
#else
	return false;
#endif
}

static inline bool truth_locked(const struct cxl_region *cxlr)
{
#ifdef CXL_REGION_F_LOCK
	return test_bit(CXL_REGION_F_LOCK, &cxlr->flags);
#else
	return false;
#endif
}

#endif
