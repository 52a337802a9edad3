// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "attach/act/write-step.h"
#include "attach/model/observed.h"
#include "attach/model/step.h"
#include "exercise/exercise-private.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/memory.h"
#include "util/sysfs.h"

/*
 * Whoever does the steps may not come back from the kernel. That another process did them, as in a
 * race, would take a part of the time of each; so a thread stands by that sleeps for most of it.
 */
struct exercise_watchdog {
	pthread_t thread;
	pthread_mutex_t lock; /* of all that follows, and of the watch while something is done */
	pthread_cond_t news;
	struct exercise *exercise;
	struct outcome *outcome;
	const char *who;
	uint64_t until_us;  /* 0: nothing is being done */
	uint64_t broken_us; /* when the kernel was seen to be broken; 0: it was not */
	bool lost;	    /* it does not come back; if it does after all, it does not go on */
	bool exposed;	    /* a region could be gone for long before its provider */
	bool listening;	    /* to the kernel's events, which only matter then */
	bool ended;
};

/*
 * Times of events are wrong by so much at most, which is to be little of what they are held
 * against; and the fewer times it wakes, the less it disturbs.
 */
#define GRAIN_LEAST_US 5000
#define GRAIN_MOST_US 200000
#define GRAINS_PER_LIMIT 20

static uint64_t grain_us(const struct exercise *exercise)
{
	uint64_t grain = exercise->exposure_limit_us / GRAINS_PER_LIMIT;

	return grain < GRAIN_LEAST_US  ? GRAIN_LEAST_US
	       : grain > GRAIN_MOST_US ? GRAIN_MOST_US
				       : grain;
}

static void sleep_until(struct exercise_watchdog *watchdog, uint64_t us)
{
	const struct timespec until = {(time_t)(us / 1000000), (long)(us % 1000000 * 1000)};

	pthread_cond_timedwait(&watchdog->news, &watchdog->lock, &until);
}

/* Does it take too long, or has a process ended in the kernel: this one, or whom it waits for? */
static bool is_lost(struct exercise_watchdog *watchdog, uint64_t now)
{
	if (!watchdog->broken_us && exercise_is_broken(watchdog->exercise))
		watchdog->broken_us = now;
	return now >= watchdog->until_us ||
	       (watchdog->broken_us && now >= watchdog->broken_us + AFTER_BREAK_US);
}

static void give_up(struct exercise_watchdog *watchdog)
{
	struct exercise *exercise = watchdog->exercise;
	struct outcome *outcome = watchdog->outcome;

	watchdog->lost = outcome->stop = true;
	/* What waits for somebody who has died in the kernel shows nothing of its own. */
	if (!watchdog->broken_us)
		exercise_note_stuck(exercise, outcome, watchdog->who, getpid());
	exercise_note_splats(exercise, outcome);
	exercise->lost(exercise->lost_data);
}

/*
 * What does not take long can be no long exposure. If it does, it is seen from now on; what was
 * gone before is as if it went now.
 */
static void see_exposure(struct exercise *exercise)
{
	const struct plan *plan = &exercise->plan;

	watch_listen(&exercise->watch, true);
	for (size_t i = 0; i < plan->nr_regions; i++) {
		_cleanup_free_ char *path =
			xasprintf("/sys/bus/cxl/devices/%s", plan->regions[i]->name);

		if (!sysfs_exists(AT_FDCWD, path))
			watch_note(&exercise->watch, "remove", plan->regions[i]->name);
	}
}

static void *stand_by(void *data)
{
	struct exercise_watchdog *watchdog = data;

	pthread_mutex_lock(&watchdog->lock);
	while (!watchdog->ended) {
		sleep_until(watchdog, clock_now() + grain_us(watchdog->exercise));
		if (watchdog->until_us == 0 || watchdog->lost)
			continue;
		if (watchdog->exposed && !watchdog->listening) {
			see_exposure(watchdog->exercise);
			watchdog->listening = true;
		}
		watch_drain(&watchdog->exercise->watch);
		if (is_lost(watchdog, clock_now()))
			give_up(watchdog);
	}
	pthread_mutex_unlock(&watchdog->lock);
	return NULL;
}

/* Signals are for the others, who wait in calls that they are to interrupt. */
static int start_thread(struct exercise_watchdog *watchdog)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&watchdog->thread, NULL, stand_by, watchdog);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

int exercise_watchdog_start(struct exercise *exercise)
{
	struct exercise_watchdog *watchdog = memory_check(calloc(1, sizeof(*watchdog)));
	pthread_condattr_t monotonic;
	int rc;

	watchdog->exercise = exercise;
	pthread_mutex_init(&watchdog->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&watchdog->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	rc = start_thread(watchdog);
	if (rc < 0)
		free(watchdog);
	else
		exercise->watchdog = watchdog;
	return rc;
}

void exercise_watchdog_end(struct exercise *exercise)
{
	struct exercise_watchdog *watchdog = exercise->watchdog;

	pthread_mutex_lock(&watchdog->lock);
	watchdog->ended = true;
	pthread_cond_signal(&watchdog->news);
	pthread_mutex_unlock(&watchdog->lock);
	pthread_join(watchdog->thread, NULL);
	pthread_cond_destroy(&watchdog->news);
	pthread_mutex_destroy(&watchdog->lock);
	free(watchdog);
	exercise->watchdog = NULL;
}

static void begin(struct exercise_watchdog *watchdog, struct outcome *outcome, const char *who)
{
	const struct exercise *exercise = watchdog->exercise;

	pthread_mutex_lock(&watchdog->lock);
	watchdog->outcome = outcome;
	watchdog->who = who;
	watchdog->until_us = clock_now() + exercise->limit_us;
	watchdog->broken_us = 0;
	watchdog->exposed = exercise->going_down && !plan_excludes_exposure(exercise->plan.method);
	pthread_mutex_unlock(&watchdog->lock);
}

/* Whoever was given up is not to touch anything any more. */
static void end(struct exercise_watchdog *watchdog)
{
	pthread_mutex_lock(&watchdog->lock);
	while (watchdog->lost)
		pthread_cond_wait(&watchdog->news, &watchdog->lock);
	watchdog->until_us = 0;
	if (watchdog->listening)
		watch_listen(&watchdog->exercise->watch, false);
	watchdog->listening = false;
	pthread_mutex_unlock(&watchdog->lock);
}

int exercise_do(struct exercise *exercise, struct outcome *outcome, const struct step *steps,
		size_t count, const char *who)
{
	struct step_result *how = watch_begin(&exercise->watch, count);
	const struct step flush = {.action = STEP_FLUSH};
	bool going_on = true;
	int rc;

	begin(exercise->watchdog, outcome, who);
	for (size_t i = 0; i < count && going_on; i++) {
		how[i].begun_us = clock_now();
		how[i].rc = step_write(&steps[i]);
		how[i].ended_us = clock_now();
		going_on = how[i].rc == 0 || step_may_fail(&steps[i]);
		/* Where there is no such file, there is no CXL bus, and nothing to wait for. */
		step_write(&flush);
	}
	end(exercise->watchdog);
	rc = watch_drain(&exercise->watch);
	outcome->stop |= exercise_is_broken(exercise);
	/* That a step was refused shows in what is there afterwards. */
	return outcome->stop ? -EIO : rc;
}
