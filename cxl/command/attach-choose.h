/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_ATTACH_CHOOSE_H
#define CXL_COMMAND_ATTACH_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "cxl/command/attach-work.h"

/* Choose what attach-memdev attaches: entries of the journal, and hosts that are in no entry */

struct attach_answers;
struct journal_entry;
struct snapshot;

struct attach_choice {
	const struct snapshot *snapshot;
	const struct attach_answers *answers;
	const struct journal_entry *entries;
	size_t nr_entries;
	struct attach_task *tasks; /* the chosen tasks; an array that the caller frees */
	size_t nr_tasks;
};

/**
 * attach_choose_named() - choose by the current or recorded name of a memdev, or by that of a host
 *
 * Return: an exit status. After a message, it is a failure if nothing has the name, or if several
 * entries do.
 */
int attach_choose_named(struct attach_choice *choice, const char *name);

/**
 * attach_choose_all() - choose all entries
 * @also_unattached: also choose the hosts that are in no entry
 * @some_are_gone: the journal had other entries, whose hosts no longer exist
 *
 * Return: an exit status; a failure if something stays detached.
 */
int attach_choose_all(struct attach_choice *choice, bool also_unattached, bool some_are_gone);

#endif
