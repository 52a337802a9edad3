// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "attach/act/watch.h"
#include "attach/act/write-step.h"
#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/plan.h"
#include "exercise/judge.h"
#include "exercise/outcome.h"
#include "exercise/watchdog.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/memory.h"
#include "util/sysfs.h"

struct watchdog {
	struct watchdog_settings settings;
	pthread_t thread;
	struct step_files files; /* of the main thread */
	pthread_mutex_t lock;	 /* protects all members below, and the watch while a task runs */
	pthread_cond_t news;
	const struct watchdog_task *task;
	struct outcome *outcome;
	uint64_t until_us;  /* 0: no task runs */
	uint64_t broken_us; /* when the kernel was first seen to be broken; 0: never */
	bool lost;	/* the task does not return; if it returns after all, it stops in end() */
	bool listening; /* to the kernel's events, which only matter for the exposure */
	bool ended;
};

/*
 * The times of events are wrong by at most a grain. A grain must be a small part of the limit that
 * the times are compared with. The less often the thread wakes, the less it disturbs the task.
 */
#define GRAIN_LEAST_US 5000
#define GRAIN_MOST_US 200000
#define GRAINS_PER_LIMIT 20

static uint64_t grain_us(const struct watchdog *watchdog)
{
	uint64_t grain = watchdog->settings.exposure_limit_us / GRAINS_PER_LIMIT;

	return grain < GRAIN_LEAST_US  ? GRAIN_LEAST_US
	       : grain > GRAIN_MOST_US ? GRAIN_MOST_US
				       : grain;
}

static void sleep_until(struct watchdog *watchdog, uint64_t us)
{
	const struct timespec until = {(time_t)(us / 1000000), (long)(us % 1000000 * 1000)};

	pthread_cond_timedwait(&watchdog->news, &watchdog->lock, &until);
}

static bool is_broken(const struct watchdog *watchdog)
{
	return judge_is_broken(&watchdog->settings.watch->observed);
}

/* Test whether the task takes too long, or whether a process has died in the kernel */
static bool is_lost(struct watchdog *watchdog, uint64_t now)
{
	if (!watchdog->broken_us && is_broken(watchdog))
		watchdog->broken_us = now;
	return now >= watchdog->until_us ||
	       (watchdog->broken_us && now >= watchdog->broken_us + AFTER_BREAK_US);
}

static void give_up(struct watchdog *watchdog)
{
	const struct watchdog_settings *settings = &watchdog->settings;

	watchdog->lost = watchdog->outcome->stop = true;
	/* A process that waits for one that died in the kernel is not a finding of its own. */
	if (!watchdog->broken_us)
		judge_stuck(watchdog->outcome, watchdog->task->who, getpid(), settings->limit_us);
	judge_log(watchdog->outcome, &settings->watch->observed, settings->taint);
	settings->lost(settings->lost_data);
}

/*
 * A short task cannot be a long exposure. During a longer task, this program receives events from
 * now on. A region that is already gone counts as removed now.
 */
static void see_exposure(struct watch *watch, const struct plan *plan)
{
	watch_listen(watch, true);
	for (size_t i = 0; i < plan->nr_regions; i++) {
		_cleanup_free_ char *path =
			xasprintf("/sys/bus/cxl/devices/%s", plan->regions[i]->name);

		if (!sysfs_exists(AT_FDCWD, path))
			watch_note(watch, "remove", plan->regions[i]->name);
	}
}

static void *stand_by(void *data)
{
	struct watchdog *watchdog = data;
	struct watch *watch = watchdog->settings.watch;

	pthread_mutex_lock(&watchdog->lock);
	while (!watchdog->ended) {
		sleep_until(watchdog, clock_now() + grain_us(watchdog));
		if (watchdog->until_us == 0 || watchdog->lost)
			continue;
		if (watchdog->task->exposing && !watchdog->listening) {
			see_exposure(watch, watchdog->task->exposing);
			watchdog->listening = true;
		}
		watch_drain(watch);
		if (is_lost(watchdog, clock_now()))
			give_up(watchdog);
	}
	pthread_mutex_unlock(&watchdog->lock);
	return NULL;
}

/* Signals go to the main thread, whose waiting system calls they must interrupt. */
static int start_thread(struct watchdog *watchdog)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&watchdog->thread, NULL, stand_by, watchdog);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

int watchdog_start(const struct watchdog_settings *settings, struct watchdog **started)
{
	struct watchdog *watchdog = memory_check(calloc(1, sizeof(*watchdog)));
	pthread_condattr_t monotonic;
	int rc;

	watchdog->settings = *settings;
	pthread_mutex_init(&watchdog->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&watchdog->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	rc = start_thread(watchdog);
	if (rc < 0)
		free(watchdog);
	else
		*started = watchdog;
	return rc;
}

void watchdog_end(struct watchdog *watchdog)
{
	pthread_mutex_lock(&watchdog->lock);
	watchdog->ended = true;
	pthread_cond_signal(&watchdog->news);
	pthread_mutex_unlock(&watchdog->lock);
	pthread_join(watchdog->thread, NULL);
	pthread_cond_destroy(&watchdog->news);
	pthread_mutex_destroy(&watchdog->lock);
	step_files_release(&watchdog->files);
	free(watchdog);
}

static void begin(struct watchdog *watchdog, struct outcome *outcome,
		  const struct watchdog_task *task)
{
	pthread_mutex_lock(&watchdog->lock);
	watchdog->outcome = outcome;
	watchdog->task = task;
	watchdog->until_us = clock_now() + watchdog->settings.limit_us;
	watchdog->broken_us = 0;
	pthread_mutex_unlock(&watchdog->lock);
}

/* A task that was given up must not continue. */
static void end(struct watchdog *watchdog)
{
	pthread_mutex_lock(&watchdog->lock);
	while (watchdog->lost)
		pthread_cond_wait(&watchdog->news, &watchdog->lock);
	watchdog->until_us = 0;
	if (watchdog->listening)
		watch_listen(watchdog->settings.watch, false);
	watchdog->listening = false;
	pthread_mutex_unlock(&watchdog->lock);
}

int watchdog_do(struct watchdog *watchdog, struct outcome *outcome,
		const struct watchdog_task *task)
{
	struct step_result *how = watch_begin(watchdog->settings.watch, task->count);
	const struct step flush = {.action = STEP_FLUSH};
	bool going_on = true;
	int rc;

	begin(watchdog, outcome, task);
	for (size_t i = 0; i < task->count && going_on; i++) {
		how[i].begun_us = clock_now();
		how[i].rc = step_write_again(&watchdog->files, &task->steps[i]);
		how[i].ended_us = clock_now();
		going_on = how[i].rc == 0 || step_may_fail(&task->steps[i]);
		/* Without this file there is no CXL bus, and no need to wait. */
		step_write_again(&watchdog->files, &flush);
	}
	end(watchdog);
	rc = watch_drain(watchdog->settings.watch);
	outcome->stop |= is_broken(watchdog);
	return outcome->stop ? -EIO : rc;
}
