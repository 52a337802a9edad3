/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_RACE_H
#define EXERCISE_RACE_H

#include <stdint.h>

#include "exercise/schedule.h"

struct outcome;
struct watch;
struct worker;

/* A process that still runs may take this many times the limit. */
#define RACE_LIMITS 10

/* Several actors at the same time, each in one or two worker processes */
struct race {
	struct watch *watch; /* for the kernel's events and log during the race */
	uint64_t limit_us;   /* the time that an actor may take */
	int cpu;	     /* the processor of all actors that share one: worker_cpu() */
	struct worker *workers[2 * NR_ACTORS]; /* NULL: not started yet */
};

/**
 * race_run() - run the prepared operations, all from one barrier, and wait for each
 *
 * Return: 0; -EIO if this machine must not be used further (outcome.stop); or another negative
 * errno.
 */
int race_run(struct race *race, struct outcome *outcome);

/** race_end() - end the worker processes */
void race_end(struct race *race);

#endif
