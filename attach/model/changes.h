/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_CHANGES_H
#define CXL_ATTACH_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

struct snapshot;

/*
 * What becomes of devices: what a plan promises, and what the difference between two snapshots is.
 * Pure.
 */

enum change_kind {
	CHANGE_REMOVED, /* the device is gone */
	CHANGE_UNBOUND, /* it is there, without its driver */
	CHANGE_BOUND,	/* it has a driver, and had none or another */
	CHANGE_ADDED,
	CHANGE_ALTERED, /* an address, a size, a lock or the like is another */
};

struct change {
	enum change_kind kind;
	const char *name; /* of the device; belongs to the snapshot */
};

struct changes {
	struct change *list;
	size_t count;
};

/** changes_add() - one more; to be followed by changes_settle() once they are all there */
void changes_add(struct changes *changes, enum change_kind kind, const char *name);

/**
 * changes_settle() - put them in order, each once
 *
 * By name and kind, region2 before region10; of a device that is removed, nothing else counts.
 */
void changes_settle(struct changes *changes);

/** changes_find() - every change of a CXL device between two looks; both have to outlive it */
void changes_find(const struct snapshot *before, const struct snapshot *after,
		  struct changes *changes);

/** changes_have() - is that one of them? */
bool changes_have(const struct changes *changes, enum change_kind kind, const char *name);

/** changes_same() - are they the same changes? */
bool changes_same(const struct changes *one, const struct changes *other);

/** changes_minus() - those of @one that are not in @other; released with changes_release() */
void changes_minus(const struct changes *one, const struct changes *other,
		   struct changes *difference);

void changes_release(struct changes *changes);

/** change_kind_name() - "removed", "unbound", "bound", "added" or "altered" */
const char *change_kind_name(enum change_kind kind);

#endif
