/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_VERDICT_H
#define CXL_ATTACH_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

struct attach_answers;
struct snapshot;
struct snapshot_decoder;
struct snapshot_memdev;
struct snapshot_port;
struct snapshot_region;
struct snapshot_user;

/*
 * May cxl-cli do this to that object, or would it take memory from under a driver? Pure: looks at
 * the snapshot and at what was inferred from it.
 */

enum operation {
	OPERATION_DESTROY_REGION,
	OPERATION_DISABLE_REGION,
	OPERATION_DISABLE_MEMDEV,
	OPERATION_DISABLE_PORT,
	OPERATION_DISABLE_BUS,
	OPERATION_FREE_DPA,
};

enum verdict_kind {
	VERDICT_ALLOWED,
	VERDICT_REMARKED, /* allowed, with a sentence on what it does and does not do */
	VERDICT_FORCED,	  /* allowed, because force was asked for, with a warning */
	VERDICT_REFUSED,
};

enum verdict_reason {
	REASON_NONE,
	REASON_ATTACH_OWNED,	/* a region that a memdev with an attach provider takes part in */
	REASON_FIRMWARE_LOCKED, /* a region on a decoder that firmware locked */
	REASON_LOCKED,		/* a region that is locked, for no reason that can be seen */
	REASON_UNREADABLE,	/* a region of which it cannot be read whether it is locked */
	REASON_ENDS_ATTACH,	/* attached memdevs would go, and their providers with them */
	REASON_CHANGED,		/* it is not what it was a moment ago */
};

/* What is judged: exactly one of the pointers is set */
struct verdict_object {
	const struct snapshot_region *region;
	const struct snapshot_memdev *memdev;
	const struct snapshot_port *port; /* also a root, and an endpoint */
};

struct verdict {
	struct verdict_object object;
	enum verdict_kind kind;
	enum verdict_reason reason;
	bool uncertain; /* none of @memdevs is known to be attached: what is seen contradicts itself
			 */
	/* Attached memdevs: the region's owners, or those that the operation would take down */
	const struct snapshot_memdev **memdevs;
	size_t nr_memdevs;
	/* Every region that would lose a memdev */
	const struct snapshot_region **regions;
	size_t nr_regions;
	/* Who would miss those, if snapshot_read_users() has been called */
	const struct snapshot_user **users;
	size_t nr_users;
	/* Those that firmware locked */
	const struct snapshot_decoder **decoders;
	size_t nr_decoders;
};

/** verdict_judge() - decide about one object; released with verdict_release() */
void verdict_judge(const struct attach_answers *answers, enum operation operation, bool force,
		   const struct verdict_object *object, struct verdict *verdict);

/** verdict_release() - free what verdict_judge() made */
void verdict_release(struct verdict *verdict);

/** verdict_object_name() - "region0", "mem0", "port1" */
const char *verdict_object_name(const struct verdict_object *object);

/**
 * verdict_same() - are these two looks at an object of the same name looks at the same object?
 *
 * A region is the same if its addresses and its memdevs are; a memdev if its host is; a port if
 * what it is the port of is.
 */
bool verdict_same(const struct verdict_object *one, const struct verdict_object *other);

/**
 * verdict_is_readable() - is enough known of @region to judge it?
 *
 * A kernel that has attach always tells whether a region is locked (v7.1 came before v7.2).
 */
bool verdict_is_readable(const struct snapshot *snapshot, const struct snapshot_region *region);

/** verdict_kind_name() - "allowed", "remarked", "forced" or "refused" */
const char *verdict_kind_name(enum verdict_kind kind);

/** verdict_reason_name() - "attach-owned" and so on; NULL for REASON_NONE */
const char *verdict_reason_name(enum verdict_reason reason);

#endif
