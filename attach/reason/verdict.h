/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_VERDICT_H
#define ATTACH_REASON_VERDICT_H

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
 * Decide whether cxl-cli may run an operation on an object, or whether that would remove memory
 * that a driver uses. Pure: the input is the snapshot and the answers inferred from it.
 */

/* The operation of a guarded command of cxl-cli */
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
	VERDICT_REMARKED, /* allowed, with a remark on what the operation leaves in use */
	VERDICT_FORCED,	  /* allowed because force was requested, with a warning */
	VERDICT_REFUSED,
};

enum verdict_reason {
	REASON_NONE,
	REASON_ATTACH_OWNED,	/* an attached memdev takes part in the region */
	REASON_FIRMWARE_LOCKED, /* firmware locked a decoder of the region */
	REASON_EMULATED,	/* the kernel emulates a decoder of the region, and locked it */
	REASON_LOCKED,		/* the region is locked, and the snapshot does not show why */
	REASON_UNREADABLE,	/* the snapshot does not show whether the region is locked */
	REASON_ENDS_ATTACH,	/* the operation would unbind the drivers of attached memdevs */
	REASON_CHANGED,		/* the object changed while it was being checked */
};

/* The object of an operation: exactly one of the pointers is set */
struct verdict_object {
	const struct snapshot_region *region;
	const struct snapshot_memdev *memdev;
	const struct snapshot_port *port; /* a switch, a root or an endpoint */
};

struct verdict {
	struct verdict_object object;
	enum verdict_kind kind;
	enum verdict_reason reason;
	bool uncertain; /* the evidence on each of @memdevs is contradictory */
	/* The attached memdevs: the region's owners, or those that the operation would remove */
	const struct snapshot_memdev **memdevs;
	size_t nr_memdevs;
	/* Every region that would lose a memdev */
	const struct snapshot_region **regions;
	size_t nr_regions;
	/* The users of @memdevs and @regions, if snapshot_read_users() has been called */
	const struct snapshot_user **users;
	size_t nr_users;
	/* The region's locked decoders */
	const struct snapshot_decoder **decoders;
	size_t nr_decoders;
};

/* The verdicts on several objects */
struct verdicts {
	struct verdict *list;
	size_t count;
};

/**
 * verdict_all_allowed() - test whether every operation on every object of this machine is allowed
 *
 * This holds if nothing is attached, locked or unreadable.
 */
bool verdict_all_allowed(const struct attach_answers *answers);

/**
 * verdict_judge() - judge an operation on one object
 * @verdict: overwritten; refers to the snapshot; released with verdict_release()
 */
void verdict_judge(const struct attach_answers *answers, enum operation operation, bool force,
		   const struct verdict_object *object, struct verdict *verdict);

/** verdict_release() - free what verdict_judge() allocated */
void verdict_release(struct verdict *verdict);

/** verdicts_release() - free an array of verdicts, and what each of them holds */
void verdicts_release(struct verdicts *verdicts);

/** verdicts_find() - return the verdict on the object called @name, or NULL */
const struct verdict *verdicts_find(const struct verdicts *verdicts, const char *name);

/** verdicts_refuse_any() - test whether an object is refused */
bool verdicts_refuse_any(const struct verdicts *verdicts);

/**
 * verdicts_refuse_changed() - refuse each object that changed between two snapshots
 * @first: the verdicts from the first snapshot
 * @second: the verdicts from the second snapshot
 *
 * An object is refused if it is new or different in the second snapshot, or if the first verdict
 * was a refusal. An object that is missing in the second snapshot is added, and refused. Its
 * verdict refers to the first snapshot.
 */
void verdicts_refuse_changed(const struct verdicts *first, struct verdicts *second);

/** verdict_object_name() - return "region0", "mem0" or "port1" */
const char *verdict_object_name(const struct verdict_object *object);

/**
 * verdict_same() - test whether two objects with the same name in two snapshots are the same object
 *
 * A region is the same if its addresses and memdevs are the same. A memdev is the same if its host
 * is. A port is the same if the device that it belongs to is.
 */
bool verdict_same(const struct verdict_object *one, const struct verdict_object *other);

/**
 * verdict_is_readable() - test whether the snapshot shows enough of @region to judge it
 *
 * A kernel that has attach (v7.2) always shows whether a region is locked (since v7.1).
 */
bool verdict_is_readable(const struct snapshot *snapshot, const struct snapshot_region *region);

/** verdict_kind_name() - return "allowed", "remarked", "forced" or "refused" */
const char *verdict_kind_name(enum verdict_kind kind);

/** verdict_reason_name() - return "attach-owned" and so on; NULL for REASON_NONE */
const char *verdict_reason_name(enum verdict_reason reason);

#endif
