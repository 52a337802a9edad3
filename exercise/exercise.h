/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_EXERCISE_H
#define EXERCISE_EXERCISE_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/act/watch.h"
#include "attach/reason/plan.h"
#include "exercise/baseline.h"
#include "exercise/numbers.h"
#include "exercise/race.h"
#include "exercise/schedule.h"

struct outcome;
struct watchdog;

/*
 * Trials: detach a memdev by every method, also by several at once, restore the baseline after each
 * trial, and judge what the kernel did.
 */

struct exercise {
	uint64_t limit_us;		  /* how long an actor may take */
	uint64_t exposure_limit_us;	  /* how long a region may be gone before its provider */
	uint64_t durations_us[NR_ACTORS]; /* how long each takes alone, once it was measured */
	const char *check;		  /* for sh, after each trial; NULL: none */
	int cpu;			  /* where all actors are on one: worker_cpu() */
	/* Called by another thread when exercise_run() is not going to return: watchdog.h */
	void (*lost)(void *data);
	void *lost_data;
	struct baseline baseline;
	bool unrestored; /* a trial failed, and the baseline could not be restored after it */

	/* Private */
	struct plan plan; /* of the actor that is alone */
	struct watch watch;
	struct race race;
	struct watchdog *watchdog;
	uint64_t taint;
	struct numbers limit; /* which no number is to exceed */
};

/**
 * exercise_open() - observe the machine
 * @exercise: with its public members set, and its private ones zeroed
 * @host: of the memdev that is to be detached
 * @what: what could not be read, if anything could not
 *
 * Return: 0 or a negative errno (-ENODEV: nothing is attached to that host); then there is nothing
 * to close.
 */
int exercise_open(struct exercise *exercise, const char *host, const char **what);
void exercise_close(struct exercise *exercise);

/**
 * exercise_check() - is all well before anything was done?
 *
 * Return: NULL, or why not, as a sentence; a new string that the caller frees.
 */
char *exercise_check(struct exercise *exercise);

/**
 * exercise_prepare() - what each actor of a case is going to do
 *
 * Return: NULL, or why one of them cannot, as a sentence; a new string that the caller frees.
 */
char *exercise_prepare(struct exercise *exercise, const struct race_case *race_case,
		       const struct trial *trial, struct outcome *outcome);

/**
 * exercise_run() - do what was prepared, restore the baseline, and judge
 *
 * It may not return. If a step does not, exercise.lost is called; but reading sysfs waits for
 * locks, too. A caller that cannot wait for ever calls it in another process.
 *
 * Return: 0, or a negative errno if it could not be done, or the machine cannot be observed: then
 * the baseline was restored, unless exercise.unrestored says otherwise.
 */
int exercise_run(struct exercise *exercise, const struct race_case *race_case,
		 struct outcome *outcome);

#endif
