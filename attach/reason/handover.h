/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_HANDOVER_H
#define ATTACH_REASON_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>

struct observation;
struct plan;
struct snapshot_host;
struct snapshot_memdev;
struct snapshot_region;

/* The state of a host after a handover to another driver. Pure. */

enum handover_result {
	HANDOVER_FREE,	   /* the other driver is bound, without a memdev */
	HANDOVER_MEMDEV,   /* the other driver is bound, with a memdev, but owns no region */
	HANDOVER_OWNED,	   /* the other driver is bound, and is an attach provider: owns a region */
	HANDOVER_PROVIDER, /* the provider is bound, again or still */
	HANDOVER_NO_DRIVER, /* no driver is bound */
	HANDOVER_OTHER,	    /* a third driver is bound */
};

/* The result for one host; its texts and objects belong to the plan and the observation */
struct handover {
	const struct snapshot_host *host; /* as it was before the detach */
	const char *driver;		  /* NULL: none is bound */
	enum handover_result result;
	const struct snapshot_memdev *before;
	const struct snapshot_memdev *memdev; /* the host's present memdev; NULL: none */
};

/**
 * handover_of() - find the state of the host of the plan's memdev number @index
 * @now: the observation after the plan's steps; its snapshot includes the modules of the drivers
 * (snapshot_take()), which are also evidence
 */
struct handover handover_of(const struct plan *plan, size_t index, const struct observation *now);

/** handover_result_name() - return "free", "memdev", "owned", "provider", "no-driver" or "other" */
const char *handover_result_name(enum handover_result result);

/**
 * handover_keeps_address() - test whether the host previously had a region of the same addresses
 */
bool handover_keeps_address(const struct handover *handover, const struct snapshot_region *region);

/** handover_text() - describe the result in one line for people; the caller frees it */
char *handover_text(const struct handover *handover);

#endif
