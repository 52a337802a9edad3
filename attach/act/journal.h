/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_JOURNAL_H
#define ATTACH_ACT_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/model/expected.h"
#include "attach/model/plan.h"
#include "attach/model/step.h"

struct json_object;

/*
 * The journal: what is detached, and how it is reattached. An entry is written before the first
 * step of a detach, and removed when everything is reattached, so that nothing is lost if the
 * process is killed or crashes in between. The entries are in /run/cxl, which does not survive a
 * restart, just as what they describe does not. CXL_STATE_DIR names another directory; entries of
 * another boot do not count.
 */

struct journal_entry {
	char *name;
	/* 0; or why the entry cannot be read, a negative errno: -EINVAL if it is not a valid one.
	 * Then it has no hosts, no steps, and no method. */
	int error;
	const char *method;  /* detach_method_name() */
	const char *hand_to; /* the driver that the hosts were handed to; or NULL */
	uint64_t time_us;    /* of the detach, since 1970 */
	struct expected_host *hosts;
	size_t nr_hosts;
	struct step *undo;
	size_t nr_undo;
	bool is_of_other_boot;
	struct json_object *json; /* which the texts belong to */
};

/** journal_directory() - where the journal is */
const char *journal_directory(void);

/** journal_boot_id() - of this boot, into @text; 0, or a negative errno if it is not known */
int journal_boot_id(char *text, size_t size);

/** journal_is_boot_id() - can a boot have that id? "" stands for one whose kernel had none. */
bool journal_is_boot_id(const char *text);

/** journal_save() - write the entry for a plan; 0 or a negative errno */
int journal_save(const struct plan *plan);

/** journal_save_as() - likewise, with a name of its own, where an entry of the plan's can be there
 */
int journal_save_as(const struct plan *plan, const char *name);

/**
 * journal_save_host() - write an entry, named after the host, for one that was not attached
 * @undo: the steps that attach it
 *
 * Which regions it has then is not known. Return: 0 or a negative errno.
 */
int journal_save_host(const struct expected_host *host, enum detach_method method,
		      const struct step *undo, size_t nr_undo);

/**
 * journal_set_undo() - replace the undo of an entry that was loaded, in its file
 *
 * @entry itself stays as it is. Return: 0, or a negative errno if nothing changed.
 */
int journal_set_undo(const struct journal_entry *entry, const struct step *undo, size_t nr_undo);

/** journal_entry_name() - the name of the entry that journal_save() writes for the plan */
const char *journal_entry_name(const struct plan *plan);

/**
 * journal_load() - every entry of this boot, and every file that cannot be read as an entry
 * @count: how many there are
 *
 * Return: a new array, released with journal_release(); NULL if there are none.
 */
struct journal_entry *journal_load(size_t *count);
void journal_release(struct journal_entry *entries, size_t count);

/** journal_load_all() - likewise, with the entries of other boots, for journal_clean() */
struct journal_entry *journal_load_all(size_t *count);

/** journal_remove() - remove an entry, whose hosts are all reattached; 0 or a negative errno */
int journal_remove(const char *name);

/** journal_find_host() - the entry that the host is in, or NULL */
const struct journal_entry *journal_find_host(const struct journal_entry *entries, size_t count,
					      const char *host);

#endif
