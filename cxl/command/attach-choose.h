/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_ATTACH_CHOOSE_H
#define CXL_COMMAND_ATTACH_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "cxl/command/attach-work.h"

/* What attach-memdev is to attach: entries of the journal, and hosts that are in none */

struct attach_answers;
struct journal_entry;
struct snapshot;

struct attach_choice {
	const struct snapshot *snapshot;
	const struct attach_answers *answers;
	const struct journal_entry *entries;
	size_t nr_entries;
	struct attach_task *tasks; /* chosen so far; an array that the caller frees */
	size_t nr_tasks;
};

/**
 * attach_choose_named() - choose by the name of a memdev, now or in the journal, or of a host
 *
 * Return: an exit status; after a message if the name is that of nothing, or of several.
 */
int attach_choose_named(struct attach_choice *choice, const char *name);

/**
 * attach_choose_all() - choose all entries
 * @also_unattached: and the hosts that are in none
 * @some_are_gone: the journal had others, whose hosts do not exist any more
 *
 * Return: an exit status; a failure if something that is detached stays so.
 */
int attach_choose_all(struct attach_choice *choice, bool also_unattached, bool some_are_gone);

#endif
