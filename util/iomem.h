/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_IOMEM_H
#define UTIL_IOMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/root.h"

/*
 * The owners of physical addresses: /proc/iomem, which indents a range inside another one, and the
 * kernel's mappings in /proc/vmallocinfo.
 */

struct iomem_range {
	uint64_t start, end; /* @end is the last address and not below @start */
	int depth;
	char *owner;  /* of a mapping: the function that created it */
	bool mapping; /* from /proc/vmallocinfo */
};

struct iomem {
	struct iomem_range *ranges; /* in the order of the files */
	size_t count;
};

/**
 * iomem_read() - read the ranges of the machine @root
 *
 * Return: 0, or a negative errno: -EPERM without root, because the kernel shows addresses to root
 * only. The caller releases @iomem with iomem_release().
 */
int iomem_read(struct root root, struct iomem *iomem);

/**
 * iomem_add_mappings() - add the kernel's mappings; none if the kernel does not show them
 * @page: the page size of that machine in bytes: iomem_page() for the running one
 */
void iomem_add_mappings(struct root root, struct iomem *iomem, uint64_t page);

/** iomem_page() - return the page size of the running kernel in bytes: 4096, 16384 or 65536 */
uint64_t iomem_page(void);

void iomem_release(struct iomem *iomem);

#endif
