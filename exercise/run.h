/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_EXERCISE_RUN_H
#define CXL_EXERCISE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exercise/schedule.h"

/* One run of exercise-autoremove: its trials, in a process that is watched by another */
struct exercise_settings {
	const char *host;	   /* of the memdev */
	struct schedule *schedule; /* with its cases */
	uint64_t seed;
	uint64_t iterations; /* of each race_case; 0: without end */
	double duration;     /* seconds; 0: as long as it takes */
	double timeout;	     /* seconds after which an actor is stuck */
	double max_exposure; /* seconds */
	size_t first;	     /* trial of the schedule that is the first of this run */
	const char *cases;   /* what the journal has, that is gone on with; or NULL */
	int journal;	     /* where the records go */
	int cpu;	     /* where all actors of a trial are on one: worker_cpu() */
	bool script;	     /* only print the first trial as a shell script */
};

/**
 * exercise_supervise() - start the process that does it, and wait until it has, or does not come
 * back
 *
 * Return: 0, or a negative errno if it could not be done; what was found is in the journal.
 * -ENOSPC: the journal lacks something that was done, whatever kept it from being written; -ECHILD:
 * the process died.
 */
int exercise_supervise(const struct exercise_settings *settings);

#endif
