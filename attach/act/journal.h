/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_DETACHED_H
#define CXL_DETACHED_H

#include <stddef.h>
#include <stdint.h>

#include "attach/verify/checks.h"
#include "attach/model/step.h"

struct json_object;
struct plan;

/*
 * The journal of detach-memdev: what was taken down, and how it comes back. An entry is written
 * before the first step and removed when everything is back, so that a killed process or a crash in
 * the middle loses nothing. They are in /run/cxl, which does not survive a restart, as what they
 * describe does not; CXL_STATE_DIR names another directory, and entries of another boot do not
 * count.
 */

struct journal_entry {
	char *name; /* of the entry */
	const char *method;
	const char *hand_to; /* the driver that the hosts were handed to; or NULL */
	uint64_t time_us;    /* of the take-down, since 1970 */
	struct expected_host *hosts;
	size_t nr_hosts;
	struct step *undo;
	size_t nr_undo;
	struct json_object *json; /* that the texts belong to */
};

/** journal_directory() - where the journal is */
const char *journal_directory(void);

/**
 * journal_lock() - keep other detaches and attaches from running, saying who does if one is
 * @command: for messages
 *
 * Return: a descriptor that holds the lock until it is closed; or a negative errno, having said
 * why.
 */
int journal_lock(const char *command);

/** journal_save() - write the entry for a plan; 0 or a negative errno */
int journal_save(const struct plan *plan);

/**
 * journal_load() - every entry of this boot
 * @count: how many there are
 *
 * Entries that cannot be read are told on stderr and left alone. Return: a new array, released with
 * journal_release(); NULL if there are none.
 */
struct journal_entry *journal_load(size_t *count);
void journal_release(struct journal_entry *entries, size_t count);

/** journal_remove() - drop an entry, since all of it is back; 0 or a negative errno */
int journal_remove(const struct journal_entry *entry);

/** journal_report() - how it was taken down, and the way back; the caller owns it */
struct json_object *journal_report(const struct journal_entry *entry, const char *host);

/**
 * journal_clean() - drop the entries that nothing is to be done about any more
 *
 * Those of another boot, those of which everything is back, and those whose host is gone although
 * it was not this program that removed it.
 */
void journal_clean(void);

/** journal_find_host() - the entry that the host is in, or NULL */
const struct journal_entry *journal_find_host(const struct journal_entry *entries, size_t count,
					      const char *host);

#endif
