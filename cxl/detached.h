/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_DETACHED_H
#define CXL_DETACHED_H

#include <stddef.h>
#include <stdint.h>

#include "cxl/attach/contract.h"
#include "cxl/attach/step.h"

struct json_object;
struct plan;

/*
 * The journal of detach-memdev: what was taken down, and how it comes back. An entry is written
 * before the first step and removed when everything is back, so that a killed process or a crash in
 * the middle loses nothing. They are in /run/cxl, which does not survive a restart, as what they
 * describe does not; CXL_STATE_DIR names another folder, and entries of another boot do not count.
 */

struct detached {
	char *name; /* of the entry */
	const char *path;
	const char *hand_to; /* the driver that the hosts were handed to; or NULL */
	uint64_t time_us;    /* of the take-down, since 1970 */
	struct contract_host *hosts;
	size_t nr_hosts;
	struct step *undo;
	size_t nr_undo;
	struct json_object *json; /* that the texts belong to */
};

/** detached_folder() - where the journal is */
const char *detached_folder(void);

/**
 * detached_lock() - keep other detaches and attaches from running, saying who does if one is
 * @command: for messages
 *
 * Return: a descriptor that holds the lock until it is closed; or a negative errno, having said
 * why.
 */
int detached_lock(const char *command);

/** detached_save() - write the entry for a plan; 0 or a negative errno */
int detached_save(const struct plan *plan);

/**
 * detached_load() - every entry of this boot
 * @count: how many there are
 *
 * Entries that cannot be read are told on stderr and left alone. Return: a new array, released with
 * detached_release(); NULL if there are none.
 */
struct detached *detached_load(size_t *count);
void detached_release(struct detached *entries, size_t count);

/** detached_remove() - drop an entry, since all of it is back; 0 or a negative errno */
int detached_remove(const struct detached *entry);

/** detached_report() - how it was taken down, and the way back; the caller owns it */
struct json_object *detached_report(const struct detached *entry, const char *host);

/**
 * detached_clean() - drop the entries that nothing is to be done about any more
 *
 * Those of another boot, those of which everything is back, and those whose host is gone although
 * it was not this program that removed it.
 */
void detached_clean(void);

/** detached_find_host() - the entry that the host is in, or NULL */
const struct detached *detached_find_host(const struct detached *entries, size_t count,
					  const char *host);

#endif
