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
 * Doing steps while watching what the kernel says and does: its uevents and its log, both
 * subscribed to before the first step. Times are microseconds of CLOCK_MONOTONIC.
 */

struct watch {
	struct observed
		observed; /* its steps are those of the latest watch_run() or watch_begin() */
	/*
	 * How much later than they come events may be taken in, and their times be wrong. 0: each
	 * wakes this process, which holds up whoever does the steps, and these say how far they
	 * are. Kept by watch_forget().
	 */
	uint64_t grain_us;
	int lock; /* as of worker_start(); kept by watch_forget(); 0: none */

	/* Private */
	struct uevent_monitor *monitor;
	struct kmsg *kmsg;
	struct worker *worker; /* NULL: none yet, or it was left behind */
};

/**
 * watch_open() - begin to watch; released with watch_close()
 * @worker: does the steps of watch_run(), and is the watch's from now on; NULL: one is started then
 * @what: what could not be opened, if anything could not
 *
 * Return: 0 or a negative errno.
 */
int watch_open(struct watch *watch, struct worker *worker, const char **what);
void watch_close(struct watch *watch);

/**
 * watch_listen() - whether the kernel's events come; after watch_open() they do
 *
 * To write them takes a part of each step. Return: 0 or a negative errno.
 */
int watch_listen(struct watch *watch, bool on);

/** watch_note() - what was seen by other means, as an event that comes now */
void watch_note(struct watch *watch, const char *action, const char *device);

/** watch_forget() - drop the events, the log and the steps so far, and go on watching */
void watch_forget(struct watch *watch);

/** watch_drain() - take in what has come until now; 0 or a negative errno */
int watch_drain(struct watch *watch);

/** watch_wait() - wait for the next event, at most until that time; then watch_drain() */
int watch_wait(struct watch *watch, uint64_t until_us);

/**
 * watch_run() - do steps, one after the other, up to the first but a bind that fails
 * @timeout_us: how long all of them may take together
 * @progress: called now and then while a step is running; may be NULL
 *
 * A worker does them, which is left behind if it does not return. After each step, the kernel's
 * detach work is waited for: it would undo a bind that came before it
 * (Documentation/findings/undone-bind.md).
 *
 * Return: 0 if every step ended well; what a step returned; -ETIME if one did not return, with
 * @watch->observed.stuck; or another negative errno, if the process could not be started.
 */
int watch_run(struct watch *watch, const struct step *steps, size_t count, uint64_t timeout_us,
	      void (*progress)(const struct step *step, uint64_t us));

/**
 * watch_begin() - somebody else than watch_run() is going to do so many steps
 *
 * Return: where it says how they go: @watch->observed.steps, none of them begun yet.
 */
struct step_result *watch_begin(struct watch *watch, size_t count);

/** watch_dismiss() - there is no more to be done by watch_run(), only to be watched */
void watch_dismiss(struct watch *watch);

/**
 * watch_workers() - wait until all of these workers have done what they do, and watch meanwhile
 * @tick: called now and then with @data and how long it has been; false: there is no use in waiting
 *        any longer
 *
 * Return: 0; -ETIME if one had not done it by then, or @tick said so; -ECHILD if the process of one
 * has gone, once the others are done; or another negative errno.
 */
int watch_workers(struct watch *watch, struct worker *const *workers, size_t count,
		  uint64_t until_us, bool (*tick)(void *data, uint64_t us), void *data);

#endif
