/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_REATTACH_H
#define ATTACH_ACT_REATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/model/snapshot.h"

struct expected_host;
struct step;
struct watch;

/* Reattaches hosts: does the steps, and waits until the hosts have what they are expected to have.
 */

struct reattach {
	const struct step *steps;
	size_t nr_steps;
	struct expected_host *hosts; /* gets the drivers that the hosts have now */
	size_t nr_hosts;
	const struct snapshot *before; /* an earlier snapshot of the machine; or NULL */
	/* Have the hosts what they are expected to have? */
	bool (*is_back)(const struct expected_host *hosts, size_t nr_hosts,
			const struct snapshot *now);
	uint64_t timeout_us; /* for the steps, and for the waiting */
	/* Called now and then during a step, and with NULL once all are over; may be NULL */
	void (*progress)(const struct step *step, uint64_t us);
};

/* The machine afterwards */
struct reattach_outcome {
	int rc;		  /* 0; what a step returned; -ETIME: a step has not returned */
	bool is_observed; /* is @after known? */
	bool is_back;	  /* what struct reattach's is_back() said of it */
	struct snapshot after;
};

/**
 * reattach_run() - do the steps; unless one failed, wait until the hosts are back, or time is up
 * @watch: open; afterwards it has what was observed meanwhile, and nothing from before
 * @outcome: released with reattach_outcome_release()
 */
void reattach_run(const struct reattach *reattach, struct watch *watch,
		  struct reattach_outcome *outcome);

void reattach_outcome_release(struct reattach_outcome *outcome);

#endif
