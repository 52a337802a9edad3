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
 * The journal: what is detached, and how to reattach it. An entry is written before the first step
 * of a detach, and removed when everything is reattached. Nothing is lost if the process is killed
 * or crashes in between. The entries are in /run/cxl, which does not survive a restart, nor does
 * what they describe. CXL_STATE_DIR names another directory. Entries of another boot do not count.
 */

struct journal_entry {
	char *name;
	/*
	 * 0, or the negative errno of an entry that cannot be read: -EINVAL if it is not valid.
	 * Such an entry has no hosts, no steps, and no method.
	 */
	int error;
	const char *method;  /* detach_method_name() */
	const char *hand_to; /* the driver that the hosts were handed to; NULL: none */
	uint64_t time_us;    /* the time of the detach, since 1970 */
	struct expected_host *hosts;
	size_t nr_hosts;
	struct step *undo;
	size_t nr_undo;
	bool is_of_other_boot;
	struct json_object *json; /* owns the texts */
};

/** journal_directory() - return the directory of the journal */
const char *journal_directory(void);

/** journal_boot_id() - get the id of this boot; 0, or a negative errno if it is unknown */
int journal_boot_id(char *text, size_t size);

/** journal_is_boot_id() - test for a valid boot id; "" stands for a kernel without one */
bool journal_is_boot_id(const char *text);

/** journal_save() - write the entry for a plan; 0 or a negative errno */
int journal_save(const struct plan *plan);

/**
 * journal_save_as() - as journal_save(), with a name of its own, in case the plan's entry exists
 */
int journal_save_as(const struct plan *plan, const char *name);

/**
 * journal_save_host() - write an entry, named after the host, for a host that was not attached
 * @undo: the steps that attach it
 *
 * The regions that the host then has are unknown. Return: 0 or a negative errno.
 */
int journal_save_host(const struct expected_host *host, enum detach_method method,
		      const struct step *undo, size_t nr_undo);

/**
 * journal_set_undo() - replace the undo in the file of an entry that was loaded
 *
 * @entry itself stays unchanged. Return: 0, or a negative errno if nothing changed.
 */
int journal_set_undo(const struct journal_entry *entry, const struct step *undo, size_t nr_undo);

/** journal_entry_name() - return the name of the entry that journal_save() writes for the plan */
const char *journal_entry_name(const struct plan *plan);

/**
 * journal_load() - load every entry of this boot, and every file that cannot be read as an entry
 * @count: the number of entries
 *
 * Return: a new array, released with journal_release(); NULL if there are none.
 */
struct journal_entry *journal_load(size_t *count);
void journal_release(struct journal_entry *entries, size_t count);

/** journal_load_all() - as journal_load(), including entries of other boots, for journal_clean() */
struct journal_entry *journal_load_all(size_t *count);

/** journal_remove() - remove an entry, whose hosts are all reattached; 0 or a negative errno */
int journal_remove(const char *name);

/** journal_find_host() - return the entry that contains the host, or NULL */
const struct journal_entry *journal_find_host(const struct journal_entry *entries, size_t count,
					      const char *host);

#endif
