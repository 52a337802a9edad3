/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_WATCH_H
#define CXL_ATTACH_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cxl/attach/worker.h"

struct step;

/*
 * Doing steps while watching what the kernel says and does: its uevents and its log, both
 * subscribed to before the first step. Times are microseconds of CLOCK_MONOTONIC.
 */

struct watch_event {
	uint64_t us;  /* when it was received, which is soon after it happened */
	char *action; /* remove, unbind, ... */
	char *device;
	char *subsystem;
};

struct watch_line {
	char *text;
	const char *splat; /* what kind of complaint begins here; or NULL */
};

/* A step that did not return in time: where its process is */
struct watch_stuck {
	pid_t pid;
	size_t step;
	char *wchan; /* NULL where it cannot be read */
	char *stack;
};

struct watch {
	struct watch_event *events;
	size_t nr_events;
	struct watch_line *log; /* of the kernel, since the beginning */
	size_t nr_log;
	bool lost_events; /* more came than could be kept */
	bool lost_log;
	struct worker_step *steps; /* of the latest watch_run() or watch_begin() */
	size_t nr_steps;
	struct watch_stuck stuck; /* pid 0: nothing is */
	/*
	 * How much later than they come events may be taken in, and their times be wrong. 0: each
	 * wakes this process, which holds up whoever does the steps, and these say how far they
	 * are. Kept by watch_forget().
	 */
	uint64_t grain_us;

	/* Private */
	struct uevent_monitor *monitor;
	struct kmsg *kmsg;
	struct worker *worker; /* NULL: none yet, or it was left behind */
};

/**
 * watch_open() - begin to watch; released with watch_close()
 * @what: what could not be opened, if anything could not
 *
 * Return: 0 or a negative errno.
 */
int watch_open(struct watch *watch, const char **what);
void watch_close(struct watch *watch);

/**
 * watch_listen() - whether the kernel's events come; after watch_open() they do
 *
 * To write them takes a part of each step. Return: 0 or a negative errno.
 */
int watch_listen(struct watch *watch, bool on);

/** watch_saw() - what was seen by other means, as an event that comes now */
void watch_saw(struct watch *watch, const char *action, const char *device);

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
 * (Documentation/kernel-behaviour.md).
 *
 * Return: 0 if every step ended well; what a step returned; -ETIME if one did not return, with
 * @watch->stuck; or another negative errno, if the process could not be started.
 */
int watch_run(struct watch *watch, const struct step *steps, size_t count, uint64_t timeout_us,
	      void (*progress)(const struct step *step, uint64_t us));

/**
 * watch_begin() - somebody else than watch_run() is going to do so many steps
 *
 * Return: where it says how they go: @watch->steps, none of them begun yet.
 */
struct worker_step *watch_begin(struct watch *watch, size_t count);

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

/** watch_now() - the time, in microseconds of CLOCK_MONOTONIC */
uint64_t watch_now(void);

/** watch_begun() - when the first step began; without steps, when the first event came; else 0 */
uint64_t watch_begun(const struct watch *watch);

/** watch_find() - the first event of that device, or NULL */
const struct watch_event *watch_find(const struct watch *watch, const char *action,
				     const char *device);

#endif
