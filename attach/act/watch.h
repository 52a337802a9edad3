/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_WATCH_H
#define ATTACH_ACT_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "attach/model/observed.h"

struct step;
struct worker;

/*
 * Run steps, and observe the kernel's uevents and its log in the meantime. Both are subscribed to
 * before the first step. Times are microseconds of CLOCK_MONOTONIC.
 */

struct watch {
	struct observed
		observed; /* its steps are those of the latest watch_run() or watch_begin() */
	/*
	 * Maximum delay before queued events are read; their times may be wrong by as much. 0: each
	 * event wakes this process, which delays the process that runs the steps. The events then
	 * show how far the steps are. watch_forget() keeps this value.
	 */
	uint64_t grain_us;
	int lock; /* as for worker_start(); 0: none; watch_forget() keeps it */

	/* Private */
	bool deaf; /* no events arrive: watch_listen() */
	struct uevent_monitor *monitor;
	struct kmsg *kmsg;
	struct worker *worker; /* NULL: not started yet, or left behind */
};

/**
 * watch_open() - begin to watch; released with watch_close()
 * @worker: runs the steps of watch_run(), and then belongs to the watch; NULL: one is started when
 * needed
 * @what: set to what could not be opened, if an error occurred
 *
 * Return: 0 or a negative errno.
 */
int watch_open(struct watch *watch, struct worker *worker, const char **what);
void watch_close(struct watch *watch);

/**
 * watch_listen() - switch the kernel's events on or off; watch_open() switches them on
 *
 * The kernel needs a part of each step's time to write events. Return: 0 or a negative errno.
 */
int watch_listen(struct watch *watch, bool on);

/** watch_note() - add an event that was observed by other means, with the current time */
void watch_note(struct watch *watch, const char *action, const char *device);

/** watch_forget() - drop the events, log and steps until now, and continue to watch */
void watch_forget(struct watch *watch);

/** watch_drain() - read all pending events and log records; 0 or a negative errno */
int watch_drain(struct watch *watch);

/** watch_wait() - wait for the next event, at most until @until_us; then as watch_drain() */
int watch_wait(struct watch *watch, uint64_t until_us);

/**
 * watch_run() - run steps one after the other, until one fails that is not a bind
 * @timeout_us: the time for all steps together
 * @progress: called repeatedly during a step. NULL: no user waits for the steps, and they are not
 * interrupted (util/interrupt.h)
 *
 * A worker runs them. It is left behind if it does not return. After each step, this function waits
 * for the kernel's detach work, which would otherwise undo an earlier bind
 * (Documentation/findings/undone-bind.md).
 *
 * Return: 0 if every step succeeded; the error of a step; -EINTR if the steps were interrupted
 * before all of them began; -ETIME if a step did not return, with @watch->observed.stuck; or
 * another negative errno if the process could not be started.
 */
int watch_run(struct watch *watch, const struct step *steps, size_t count, uint64_t timeout_us,
	      void (*progress)(const struct step *step, uint64_t us));

/**
 * watch_begin() - begin @count steps that the caller runs without watch_run()
 *
 * Return: @watch->observed.steps, for the results of the steps, none of which has begun.
 */
struct step_result *watch_begin(struct watch *watch, size_t count);

/** watch_dismiss() - let the worker end: only observations follow, and no watch_run() */
void watch_dismiss(struct watch *watch);

/**
 * watch_workers() - wait until all these workers are done, and observe in the meantime
 * @tick: called repeatedly with @data and the time since the beginning; returns false to end the
 * wait
 *
 * Return: 0; -ETIME if a worker was not done by @until_us, or if @tick returned false; -ECHILD if
 * the process of a worker is gone, once the others are done; or another negative errno.
 */
int watch_workers(struct watch *watch, struct worker *const *workers, size_t count,
		  uint64_t until_us, bool (*tick)(void *data, uint64_t us), void *data);

#endif
