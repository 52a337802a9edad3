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

/* Reattach hosts: run the steps, and wait until the hosts meet their expectations. */

struct reattach {
	const struct step *steps;
	size_t nr_steps;
	struct expected_host *hosts; /* set to the hosts' current drivers */
	size_t nr_hosts;
	const struct snapshot *before; /* an earlier snapshot of the machine; or NULL */
	/* Tests whether the hosts meet their expectations */
	bool (*is_back)(const struct expected_host *hosts, size_t nr_hosts,
			const struct snapshot *now);
	uint64_t timeout_us; /* for the steps and the wait */
	/* Called repeatedly during a step, and with NULL after all steps; may be NULL */
	void (*progress)(const struct step *step, uint64_t us);
};

/* The machine afterwards */
struct reattach_outcome {
	int rc;		  /* 0; the error of a step; -ETIME: a step has not returned */
	bool is_observed; /* @after is known */
	bool is_back;	  /* the result of is_back() for @after */
	struct snapshot after;
};

/**
 * reattach_run() - run the steps; unless one failed, wait until the hosts are back, or time is up
 * @watch: open; afterwards it has only the observations since this call
 * @outcome: released with reattach_outcome_release()
 */
void reattach_run(const struct reattach *reattach, struct watch *watch,
		  struct reattach_outcome *outcome);

void reattach_outcome_release(struct reattach_outcome *outcome);

#endif
