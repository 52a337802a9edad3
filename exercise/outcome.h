/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_OUTCOME_H
#define EXERCISE_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/model/observed.h"
#include "attach/model/step.h"
#include "exercise/schedule.h"

/* One trial as data: the operations of its actors, their times, and the findings */

/* A misbehavior of the kernel */
struct finding {
	/*
	 * splat, stuck, check (of a detach), quiet (a provider has only a part of its devices),
	 * restore (the baseline cannot be restored), taint, leak, exposure or health (the command
	 * of
	 * --check fails)
	 */
	const char *kind;
	char *signature; /* equal for findings of the same problem */
	char *detail; /* lines: the kernel report, the failed check, or where a process is stuck */
};

/*
 * What one actor does in a trial. In INTERLEAVING_HALVES it is the first half, and the next
 * operation is the second half.
 */
struct operation {
	enum actor actor;
	size_t nth;	    /* its index among the case's actors */
	struct step *steps; /* its texts belong to the baseline */
	size_t nr_steps;
	size_t nr_down;	   /* the first steps, which detach; the others reattach */
	uint64_t delay_us; /* the delay after the first operation */
	uint64_t lasts_us; /* repeated for this time from the first operation's start; 0: once */
	uint64_t pause_us; /* before each repetition except the first */
	size_t nr_often; /* the first steps, run each time; the others every WHOLE_EVERY; 0: all */
	int priority;	 /* real-time, all on one processor; 0: none, on all processors */
	uint64_t begun_us; /* CLOCK_MONOTONIC; 0: it did not begin, or is stuck */
	uint64_t ended_us; /* 0: it has not returned */
	int rc; /* the error of the first step that failed, which is not a finding in a race */
};

struct outcome {
	struct operation operations[2 * NR_ACTORS];
	size_t nr_operations;
	bool busy; /* all processors are kept busy during the trial */
	struct finding *findings;
	size_t nr_findings;
	uint64_t exposure_us; /* of an actor alone; 0: too short to be measured */
	bool log_lost;	      /* a part of the kernel log was overwritten before it was read */
	bool stop;	      /* this machine must not be used further */
};

/** outcome_note() - add a finding, which then owns @signature and @detail */
void outcome_note(struct outcome *outcome, const char *kind, char *signature, char *detail);

/** outcome_time() - set an operation's begin, end and first error from the results of its steps */
void outcome_time(struct operation *operation, const struct step_result *steps, size_t count);

/** outcome_has_removed() - test whether an actor may have removed a PCI device */
bool outcome_has_removed(const struct outcome *outcome);

/** outcome_actors() - return the actors that took part */
actor_set outcome_actors(const struct outcome *outcome);

/** outcome_release() - free the operations and findings */
void outcome_release(struct outcome *outcome);

#endif
