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

/* An entry of the journal, and which of the hosts it is about */
struct reattach_entry {
	const char *name;
	size_t first_host, nr_hosts;
	const struct step *undo; /* its own, among the steps of all */
	size_t nr_undo;
};

/* What attach-memdev does, and detach-memdev with --reattach: reattach, verify, report. */

struct reattach_task {
	const char *command; /* for messages: "cxl attach-memdev" */
	const struct step *steps;
	size_t nr_steps;
	struct expected_host *hosts; /* what is expected afterwards */
	size_t nr_hosts;
	const struct snapshot *before; /* an earlier snapshot of the machine; or NULL */
	/* Each is removed from the journal once its hosts are back, and its undo was done */
	const struct reattach_entry *entries;
	size_t nr_entries;
	double timeout;	   /* seconds */
	bool timeline;	   /* print what happened as a drawing, too */
	struct html *page; /* that gets what happened, too; or NULL */
};

/** reattach_prove() - add to the plan's excess each step of its undo that is not possible */
void reattach_prove(struct plan *plan);

/**
 * reattach_steps() - the steps as they are right now, beside all else that is detached
 * @steps: of a plan, or of entries of the journal
 * @entries: the whole journal: a rescan also finds what another entry's detach removed; without a
 *           rescan, none are needed
 * @nr_now: set to the number of steps returned
 *
 * Return: a new array that the caller frees; its texts are those of @steps and @entries.
 */
struct step *reattach_steps(const struct step *steps, size_t count,
			    const struct journal_entry *entries, size_t nr_entries, size_t *nr_now);

/**
 * reattach_and_report() - do the steps, wait until everything is back, verify, and report
 * @watch: open; afterwards it has only what was observed meanwhile
 * @json: set to the report, which the caller owns
 *
 * Return: the exit status. What failed is printed on stderr.
 */
int reattach_and_report(const struct reattach_task *task, struct watch *watch,
			struct json_object **json);

#endif
