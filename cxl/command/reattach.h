/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_REATTACH_H
#define CXL_COMMAND_REATTACH_H

#include <stdbool.h>
#include <stddef.h>

struct expected_host;
struct html;
struct journal_entry;
struct json_object;
struct plan;
struct snapshot;
struct step;
struct watch;

/* An entry of the journal, and the hosts that it covers */
struct reattach_entry {
	const char *name;
	size_t first_host, nr_hosts;
	const struct step *undo; /* the entry's own steps, among all steps */
	size_t nr_undo;
};

/* The work of attach-memdev, and of detach-memdev with --reattach: reattach, verify, report */

struct reattach_task {
	const char *command; /* the name in messages: "cxl attach-memdev" */
	const struct step *steps;
	size_t nr_steps;
	struct expected_host *hosts; /* the expectations after the steps */
	size_t nr_hosts;
	const struct snapshot *before; /* an earlier snapshot of the machine; or NULL */
	/* Each entry is removed from the journal once its hosts are back and its undo was run */
	const struct reattach_entry *entries;
	size_t nr_entries;
	double timeout;	   /* seconds */
	bool timeline;	   /* also draw what happened */
	struct html *page; /* receives what happened; NULL: no page */
};

/** reattach_prove() - add each impossible step of the undo to the plan's excess */
void reattach_prove(struct plan *plan);

/**
 * reattach_steps() - adapt steps to the current state of the machine, and to other detached devices
 * @steps: of a plan, or of entries of the journal
 * @entries: the whole journal: a rescan also finds what another entry's detach removed; without a
 * rescan, none are needed
 * @nr_now: set to the number of steps returned
 *
 * Return: a new array that the caller frees; its texts belong to @steps and @entries.
 */
struct step *reattach_steps(const struct step *steps, size_t count,
			    const struct journal_entry *entries, size_t nr_entries, size_t *nr_now);

/**
 * reattach_and_report() - run the steps, wait until everything is back, verify, and report
 * @watch: open; afterwards it has only the observations since this call
 * @json: set to the report, which the caller owns
 *
 * Return: the exit status. A failure is printed on stderr.
 */
int reattach_and_report(const struct reattach_task *task, struct watch *watch,
			struct json_object **json);

#endif
