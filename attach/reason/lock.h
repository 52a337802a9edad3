/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_LOCK_H
#define ATTACH_REASON_LOCK_H

#include <stdbool.h>
#include <stddef.h>

struct attach_answers;
struct snapshot_decoder;
struct snapshot_memdev;
struct snapshot_region;

/*
 * Infer whether a region is locked, and why. The kernel locks a region (CXL_REGION_F_LOCK,
 * cxl_region_setup_flags() in drivers/cxl/core/region.c) if a memdev with an attach method takes
 * part in it, or if one of its decoders is locked. Firmware can lock a decoder. The kernel itself
 * emulates a locked decoder for a device that is directly below the root (a restricted CXL device)
 * and has a range but no decoders (cxl_setup_hdm_decoder_from_dvsec() in drivers/cxl/core/hdm.c).
 * Pure: it only reads the snapshot and the answers about it.
 */

enum lock_reason {
	LOCK_NONE,     /* it is not locked */
	LOCK_UNKNOWN,  /* it is locked, and the snapshot shows none of these reasons */
	LOCK_ATTACH,   /* one of its memdevs is attached */
	LOCK_EMULATED, /* all its locked decoders are emulated by the kernel */
	LOCK_FIRMWARE, /* one of its decoders is locked, by firmware */
	LOCK_BOTH,
};

struct lock_answer {
	enum lock_reason reason;
	bool told_by_region; /* by regionZ/locked; false: before v7.1, only by the decoders */
	const struct snapshot_memdev **owners; /* the attached memdevs that take part in it */
	size_t nr_owners;
	const struct snapshot_decoder **decoders; /* the locked decoders */
	size_t nr_decoders;
};

/** lock_infer() - infer the lock of one region; released with lock_answer_release() */
void lock_infer(const struct attach_answers *answers, const struct snapshot_region *region,
		struct lock_answer *lock);

/** lock_answer_release() - free what lock_infer() allocated */
void lock_answer_release(struct lock_answer *lock);

/** lock_reason_name() - return "none", "unknown", "attach", "emulated", "firmware" or "both" */
const char *lock_reason_name(enum lock_reason reason);

#endif
