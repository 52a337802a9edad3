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
 * Trials: detach a memdev by every method, also by several methods at once; restore the baseline
 * after each trial; and judge what the kernel did.
 */

struct exercise {
	uint64_t limit_us;	    /* the time that an actor may take */
	uint64_t exposure_limit_us; /* the time that a region may be gone before its provider */
	uint64_t durations_us[NR_ACTORS]; /* how long each takes alone, once measured */
	const char *check;		  /* a command for sh, after each trial; NULL: none */
	int cpu; /* the processor of all actors that share one: worker_cpu() */
	/* Called by another thread if exercise_run() does not return: watchdog.h */
	void (*lost)(void *data);
	void *lost_data;
	bool last; /* no trial may follow the next one, so that it must leave nothing unread */
	struct baseline baseline;
	bool unrestored; /* a trial failed, and the baseline could not be restored after it */

	/* Private */
	struct plan plan; /* of the actor that is alone */
	struct watch watch;
	struct race race;
	struct watchdog *watchdog;
	uint64_t taint;
	struct numbers limit; /* the limit that no number may exceed */
};

/**
 * exercise_open() - observe the machine
 * @exercise: with its public members set, and its private members zeroed
 * @host: the host of the memdev that will be detached
 * @what: set to what could not be read, if an error occurred
 *
 * Return: 0 or a negative errno (-ENODEV: nothing is attached to that host). After an error there
 * is nothing to close.
 */
int exercise_open(struct exercise *exercise, const char *host, const char **what);
void exercise_close(struct exercise *exercise);

/**
 * exercise_check() - run the command of --check before the first trial
 *
 * Return: NULL if it passes, otherwise the reason as a sentence; a new string that the caller
 * frees.
 */
char *exercise_check(struct exercise *exercise);

/**
 * exercise_prepare() - prepare the operations of each actor of a case
 *
 * Return: NULL, or the reason why an actor cannot act, as a sentence; a new string that the caller
 * frees.
 */
char *exercise_prepare(struct exercise *exercise, const struct race_case *race_case,
		       const struct trial *trial, struct outcome *outcome);

/**
 * exercise_run() - run the prepared operations, restore the baseline, and judge the trial
 *
 * This function may not return. If a step does not return, exercise.lost is called. But reading
 * sysfs waits for locks as well. A caller that must not wait forever therefore calls it in another
 * process.
 *
 * Return: 0, or a negative errno if the operations could not be run or the machine could not be
 * observed. After an error the baseline was restored, unless exercise.unrestored is set.
 */
int exercise_run(struct exercise *exercise, const struct race_case *race_case,
		 struct outcome *outcome);

/**
 * exercise_look() - read what the latest trial has left unread (baseline_begin_trial())
 *
 * Return: 0, with a finding in @outcome if something is not as it was; or a negative errno.
 */
int exercise_look(struct exercise *exercise, struct outcome *outcome);

#endif
