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

/* What became of a host that was to be handed to another driver. Pure. */

enum handover_result {
	HANDOVER_FREE,	    /* the other driver has it, and has registered no memdev */
	HANDOVER_MEMDEV,    /* ... and has registered a memdev, but owns no region */
	HANDOVER_OWNED,	    /* ... and owns a region: it is an attach provider itself */
	HANDOVER_PROVIDER,  /* the provider has it, again or still */
	HANDOVER_NO_DRIVER, /* no driver has it */
	HANDOVER_OTHER,	    /* a driver has it that nobody asked for */
};

/* Of one host; its texts and objects belong to the plan and the observation */
struct handover {
	const struct snapshot_host *host; /* as before */
	const char *driver;		  /* NULL: none is bound */
	enum handover_result result;
	const struct snapshot_memdev *before;
	const struct snapshot_memdev *memdev; /* that the host has now; NULL: none */
};

/**
 * handover_of() - what became of the host of the plan's memdev number @index
 * @now: after the plan's steps; its snapshot tells with which modules the drivers come
 *	(snapshot_take()), since these are evidence, too
 */
struct handover handover_of(const struct plan *plan, size_t index, const struct observation *now);

/** handover_result_name() - "free", "memdev", "owned", "provider", "no-driver" or "other" */
const char *handover_result_name(enum handover_result result);

/** handover_keeps_address() - had the host a region of the same addresses before? */
bool handover_keeps_address(const struct handover *handover, const struct snapshot_region *region);

/** handover_text() - one line about it, for people; the caller frees it */
char *handover_text(const struct handover *handover);

#endif
