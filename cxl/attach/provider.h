/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_PROVIDER_H
#define CXL_ATTACH_PROVIDER_H

#include <stddef.h>

struct snapshot_memdev;

/*
 * Was this memdev registered with an attach method? The kernel does not say so in sysfs
 * (cxlmd->attach in drivers/cxl/cxlmem.h has no attribute): it is inferred, from signals, and the
 * answer names each of them. Pure: looks at the snapshot alone.
 */

enum attach_state {
	ATTACH_NONE,	 /* no attach provider */
	ATTACH_UNKNOWN,	 /* the signals contradict each other */
	ATTACH_ATTACHED, /* the host's driver is its attach provider */
};

/* One thing that was seen, and where */
struct attach_evidence {
	const char *signal;    /* its name, as Documentation/kernel-behaviour.md has it */
	const char *device;    /* memdev or region; points into the snapshot */
	const char *attribute; /* the file under /sys/bus/cxl/devices/DEVICE */
	const char *said;      /* what that file said, or "absent" */
};

struct attach_answer {
	enum attach_state state;
	struct attach_evidence *evidence;
	size_t nr_evidence;
};

/**
 * attach_infer() - decide about one memdev
 * @memdev: from a snapshot, which must outlive the answer
 * @answer: filled; released with attach_answer_release()
 *
 * Return: 0 or -ENOMEM.
 */
int attach_infer(const struct snapshot_memdev *memdev, struct attach_answer *answer);

/** attach_answer_release() - free what attach_infer() made */
void attach_answer_release(struct attach_answer *answer);

/** attach_state_name() - "attached", "none" or "unknown" */
const char *attach_state_name(enum attach_state state);

#endif
