/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_IOMEM_H
#define UTIL_IOMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which physical addresses are whose: /proc/iomem, in which what is inside another range is
 * indented, and the kernel's mappings of them in /proc/vmallocinfo.
 */

struct iomem_range {
	uint64_t start, end; /* both are of it */
	int depth;
	char *owner;  /* of a mapping: the function that made it */
	bool mapping; /* from /proc/vmallocinfo */
};

struct iomem {
	struct iomem_range *ranges; /* in the order of the files */
	size_t count;
};

/**
 * iomem_read() - read the ranges; released with iomem_release()
 *
 * Return: 0, or a negative errno: -EPERM without root, to whom alone the kernel shows addresses.
 */
int iomem_read(struct iomem *iomem);

/** iomem_add_mappings() - likewise, the mappings; none of a kernel that does not show them */
void iomem_add_mappings(struct iomem *iomem);

void iomem_release(struct iomem *iomem);

#endif
