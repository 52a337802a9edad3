/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_LOCK_H
#define CXL_ATTACH_LOCK_H

#include <stdbool.h>
#include <stddef.h>

struct attach_answers;
struct snapshot_decoder;
struct snapshot_memdev;
struct snapshot_region;

/*
 * Is this region locked, and why? The kernel locks a region (CXL_REGION_F_LOCK,
 * cxl_region_setup_flags() in drivers/cxl/core/region.c) that a memdev with an attach method takes
 * part in, and one on the path of which firmware locked a decoder. Pure: looks at the snapshot and
 * at what was inferred from it.
 */

enum lock_reason {
	LOCK_NONE,     /* it is not locked */
	LOCK_UNKNOWN,  /* it is, and neither of the two reasons is to be seen */
	LOCK_ATTACH,   /* a memdev of it is attached */
	LOCK_FIRMWARE, /* a decoder on its path is locked */
	LOCK_BOTH,
};

struct lock_answer {
	enum lock_reason reason;
	bool told_by_region; /* by regionZ/locked; else, before v7.1, by the decoders alone */
	const struct snapshot_memdev **owners; /* the attached memdevs that take part in it */
	size_t nr_owners;
	const struct snapshot_decoder **decoders; /* the locked ones */
	size_t nr_decoders;
};

/** lock_infer() - decide about one region; released with lock_answer_release() */
void lock_infer(const struct attach_answers *answers, const struct snapshot_region *region,
		struct lock_answer *lock);

/** lock_answer_release() - free what lock_infer() made */
void lock_answer_release(struct lock_answer *lock);

/** lock_reason_name() - "none", "unknown", "attach", "firmware" or "both" */
const char *lock_reason_name(enum lock_reason reason);

#endif
