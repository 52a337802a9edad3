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

/* What attach-memdev does in one operation, assembled from the tasks */

/* An entry of the journal, or a host without one */
struct attach_task {
	const struct journal_entry *entry;
	const struct snapshot_unattached_host *unattached;
};

/* One task, or all tasks of a bus that is cycled, with the other memdevs of that bus */
struct attach_work {
	struct plan cycle;   /* of the bus; empty if the bus is not cycled */
	char *cycle_entry;   /* the name of the cycle's entry in the journal; NULL: none */
	struct plan *attach; /* the plan for each host that is in no entry */
	size_t nr_attach;
	struct step *steps;
	size_t nr_steps;
	struct expected_host *hosts;
	size_t nr_hosts;
	size_t nr_own; /* hosts of the tasks, whose regions belong to the journal's entries */
	struct reattach_entry *entries;
	size_t nr_entries;
	const struct journal_entry *
		*journal; /* the entries of the journal that belong to the tasks */
	size_t nr_journal;
	bool binds_port; /* a task binds a port */
};

/** attach_task_bus() - return the bus of the task's port or host; otherwise the only bus */
const struct snapshot_port *attach_task_bus(const struct snapshot *snapshot,
					    const struct attach_task *task);

/** attach_tasks_bind_bus() - test whether a task undoes the detach of a bus, and binds it again */
bool attach_tasks_bind_bus(const struct attach_task *tasks, size_t count);

/**
 * attach_tasks_sort() - sort by time, the latest detach first: an earlier detach may need it
 *
 * Hosts that are in no entry stay last.
 */
void attach_tasks_sort(struct attach_task *tasks, size_t count);

/** attach_work_begin() - begin without steps; released with attach_work_release() */
void attach_work_begin(struct attach_work *work);

/**
 * attach_work_cycle() - add the steps that unbind and bind the bus; they come first
 *
 * Return: NULL, or the reason why that is not possible; a new string that the caller frees.
 */
char *attach_work_cycle(struct attach_work *work, const struct attach_answers *answers,
			const struct snapshot_port *bus);

/**
 * attach_work_add() - add the steps of a task
 *
 * If an entry binds a driver that is not loaded, its module is loaded first.
 */
void attach_work_add(struct attach_work *work, const struct snapshot *snapshot,
		     const struct attach_task *task);

/**
 * attach_work_add_of_bus() - add the steps of those tasks that belong to @bus
 *
 * Tasks that bind the bus come first, because the others need it.
 */
void attach_work_add_of_bus(struct attach_work *work, const struct snapshot *snapshot,
			    const struct attach_task *tasks, size_t count,
			    const struct snapshot_port *bus);

/** attach_work_add_others() - add the steps that reattach the other memdevs of a cycled bus */
void attach_work_add_others(struct attach_work *work);

/**
 * attach_work_settle() - order the steps such that no device gets a wrong driver
 * @entries: the whole journal
 */
void attach_work_settle(struct attach_work *work, const struct journal_entry *entries,
			size_t nr_entries);

/**
 * attach_work_judge() - test whether the bus may be cycled
 * @force: also allow it if other memdevs are detached with it
 *
 * Everything below the bus is reattached with it. But a memdev is only detached if the user agrees.
 *
 * Return: EXIT_DONE, or EXIT_REFUSED after a message.
 */
int attach_work_judge(const struct attach_work *work, bool force);

/**
 * attach_work_save() - if the bus is cycled, write the steps that follow into the journal
 *
 * Return: EXIT_DONE, or EXIT_FAILED after a message.
 */
int attach_work_save(struct attach_work *work);

void attach_work_release(struct attach_work *work);

#endif
