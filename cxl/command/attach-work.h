/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_ATTACH_WORK_H
#define CXL_COMMAND_ATTACH_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/model/expected.h"
#include "attach/model/plan.h"
#include "cxl/command/reattach.h"

struct attach_answers;
struct journal_entry;
struct snapshot;
struct snapshot_port;
struct snapshot_unattached_host;

/* What attach-memdev does in one go, put together from what it is asked for */

/* An entry of the journal, or else a host */
struct attach_task {
	const struct journal_entry *entry;
	const struct snapshot_unattached_host *unattached;
};

/* One task, or all tasks of a bus that is cycled; with what else is on that bus */
struct attach_work {
	struct plan cycle;   /* of the bus; empty if it is not cycled */
	char *cycle_entry;   /* the name of its entry of the journal; NULL: none */
	struct plan *attach; /* of each host that is in no entry */
	size_t nr_attach;
	struct step *steps;
	size_t nr_steps;
	struct expected_host *hosts;
	size_t nr_hosts;
	size_t nr_own; /* hosts of the tasks, whose regions belong to the journal's entries */
	struct reattach_entry *entries;
	size_t nr_entries;
	const struct journal_entry **journal; /* those entries of it that the tasks are */
	size_t nr_journal;
	bool binds_port; /* a task binds a port again */
};

/** attach_task_bus() - the bus of the port that it binds, or of its host's; else the only one */
const struct snapshot_port *attach_task_bus(const struct snapshot *snapshot,
					    const struct attach_task *task);

/** attach_tasks_bind_bus() - is any of their detaches one of a bus, which its undo binds again? */
bool attach_tasks_bind_bus(const struct attach_task *tasks, size_t count);

/**
 * attach_tasks_sort() - what was detached last, first: it may be what an earlier one is bound by
 *
 * Hosts that are in no entry stay last.
 */
void attach_tasks_sort(struct attach_task *tasks, size_t count);

/** attach_work_begin() - nothing to do yet; released with attach_work_release() */
void attach_work_begin(struct attach_work *work);

/**
 * attach_work_cycle() - first unbind and bind the bus
 *
 * Return: NULL, or why that is not possible; a new string that the caller frees.
 */
char *attach_work_cycle(struct attach_work *work, const struct attach_answers *answers,
			const struct snapshot_port *bus);

/**
 * attach_work_add() - then do that task
 *
 * If the driver that an entry is to bind is not there, its module is loaded first.
 */
void attach_work_add(struct attach_work *work, const struct snapshot *snapshot,
		     const struct attach_task *task);

/**
 * attach_work_add_of_bus() - those of the tasks that are of @bus
 *
 * Those that bind the bus come first: the others need it.
 */
void attach_work_add_of_bus(struct attach_work *work, const struct snapshot *snapshot,
			    const struct attach_task *tasks, size_t count,
			    const struct snapshot_port *bus);

/** attach_work_add_others() - at last, reattach what else is on the bus, if it is cycled */
void attach_work_add_others(struct attach_work *work);

/**
 * attach_work_settle() - put the steps into the order in which no device gets a wrong driver
 * @entries: the whole journal
 */
void attach_work_settle(struct attach_work *work, const struct journal_entry *entries,
			size_t nr_entries);

/**
 * attach_work_judge() - may the bus be cycled?
 * @force: also if more is detached with it
 *
 * Everything below the bus is reattached with it; but it is only detached if the user agrees.
 *
 * Return: EXIT_DONE; or after a message EXIT_REFUSED.
 */
int attach_work_judge(const struct attach_work *work, bool force);

/**
 * attach_work_save() - if the bus is cycled, write into the journal what is to be done after that
 *
 * Return: EXIT_DONE; or after a message EXIT_FAILED.
 */
int attach_work_save(struct attach_work *work);

void attach_work_release(struct attach_work *work);

#endif
