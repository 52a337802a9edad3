/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_CHANGES_H
#define ATTACH_MODEL_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

struct snapshot;

/*
 * Changes of devices: the changes that a plan expects, or the difference between two snapshots.
 * Pure.
 */

enum change_kind {
	CHANGE_REMOVED, /* the device no longer exists */
	CHANGE_UNBOUND, /* it still exists, without its driver */
	CHANGE_BOUND,	/* it has a driver, and had none */
	CHANGE_ADDED,
	CHANGE_ALTERED, /* an address, a size, a lock or another property is different */
};

struct change {
	enum change_kind kind;
	const char *name; /* the name of the device; belongs to the snapshot */
};

struct changes {
	struct change *list;
	size_t count;
};

/** changes_add() - add a change; the caller calls changes_settle() after the last one */
void changes_add(struct changes *changes, enum change_kind kind, const char *name);

/**
 * changes_settle() - sort the changes, and drop duplicates
 *
 * The order is by name and kind, region2 before region10. For a removed device, only the removal
 * remains.
 */
void changes_settle(struct changes *changes);

/**
 * changes_find() - find every change of a CXL device from @before to @after
 *
 * Both snapshots must outlive @changes.
 */
void changes_find(const struct snapshot *before, const struct snapshot *after,
		  struct changes *changes);

/** changes_have() - test whether the list has this change */
bool changes_have(const struct changes *changes, enum change_kind kind, const char *name);

/** changes_same() - test whether two lists have the same changes */
bool changes_same(const struct changes *one, const struct changes *other);

/**
 * changes_minus() - get the changes of @one that are not in @other; released with changes_release()
 */
void changes_minus(const struct changes *one, const struct changes *other,
		   struct changes *difference);

void changes_release(struct changes *changes);

/** change_kind_name() - return "removed", "unbound", "bound", "added" or "altered" */
const char *change_kind_name(enum change_kind kind);

#endif
