/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_BRING_BACK_H
#define CXL_BRING_BACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct argp_state;
struct expected_host;
struct journal_entry;
struct json_object;
struct snapshot;
struct step;
struct watch;

/*
 * Bringing providers and their memdevs back: what attach-memdev does, and detach-memdev with
 * --reattach.
 */

struct reattach {
	const char *command; /* for messages */
	const struct step *steps;
	size_t nr_steps;
	struct expected_host *hosts; /* what is expected afterwards */
	size_t nr_hosts;
	const struct snapshot *before; /* an earlier look at the machine; or NULL */
	const struct journal_entry
		*entry; /* of the journal, which is removed in the end; or NULL */
	uint64_t timeout_us;
	bool timeline; /* draw what happened */
};

/** reattach_entry() - what the journal's entry says is to be done */
void reattach_entry(struct reattach *back, const struct journal_entry *entry);

/**
 * reattach_run() - do it, wait until everything is there, and look whether it is as expected
 * @watch: open; afterwards it has only what was seen meanwhile
 * @json: the report is added to it
 *
 * Return: the exit status; what is not as expected is told on stderr.
 */
int reattach_run(const struct reattach *back, struct watch *watch, struct json_object *json);

/** parse_seconds() - the argument of --timeout and the like; ends the program if it is none */
double parse_seconds(const char *arg, const struct argp_state *state);

/** show_progress() - on a terminal, what has been going on for so long; NULL: it is over */
void show_progress(const struct step *step, uint64_t us);

#endif
