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

/*
 * The ranges of this machine, which are read repeatedly: the file stays open, and the same text is
 * not parsed again. All zero: nothing was read yet
 */
struct iomem_again {
	int fd; /* of /proc/iomem; 0: not open */
	char *text;
	size_t size, length; /* of the buffer, and of the text of @ranges; 0: parse the next text */
	struct iomem ranges;
};

/**
 * iomem_read_again() - read the ranges of this machine into again.ranges
 *
 * The caller may add mappings to them; the next call removes these. Return: as iomem_read(); after
 * an error there are no ranges.
 */
int iomem_read_again(struct iomem_again *again);
void iomem_again_release(struct iomem_again *again);

/**
 * iomem_add_mappings() - add the kernel's mappings; none if the kernel does not show them
 * @page: the page size of that machine in bytes: iomem_page() for the running one
 */
void iomem_add_mappings(struct root root, struct iomem *iomem, uint64_t page);

/** iomem_page() - return the page size of the running kernel in bytes: 4096, 16384 or 65536 */
uint64_t iomem_page(void);

void iomem_release(struct iomem *iomem);

#endif
