/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_WATCHDOG_H
#define EXERCISE_WATCHDOG_H

#include <stddef.h>
#include <stdint.h>

struct outcome;
struct plan;
struct step;
struct watch;

/*
 * Run steps in this process, which may not return from the kernel. Steps in another process, as in
 * a race, would take a part of each trial's time. A thread stands by instead, and sleeps for most
 * of the time.
 */
struct watchdog;

struct watchdog_settings {
	struct watch *watch; /* open; for the kernel's events and log during a task */
	uint64_t limit_us;   /* the time that watchdog_do() may take */
	uint64_t exposure_limit_us;
	uint64_t *taint; /* the kernel's taint, as for judge_log() */
	/*
	 * Called by the thread if watchdog_do() does not return, once the outcome is complete. The
	 * function must end the process.
	 */
	void (*lost)(void *data);
	void *lost_data;
};

/* The work of one watchdog_do() */
struct watchdog_task {
	const struct step *steps;
	size_t count;
	const char *who; /* for people, if a step gets stuck */
	/* A detach whose regions may be gone long before their provider; NULL: no such detach */
	const struct plan *exposing;
};

/**
 * watchdog_start() - start the thread, which stands by during each watchdog_do()
 *
 * Return: 0 with the watchdog, which watchdog_end() ends; or a negative errno.
 */
int watchdog_start(const struct watchdog_settings *settings, struct watchdog **watchdog);
void watchdog_end(struct watchdog *watchdog);

/**
 * watchdog_do() - run steps one after the other, while no other process changes anything
 *
 * The first step that fails ends the task, unless the step may fail (step_may_fail()). A refused
 * step shows in the state of the machine afterwards. watch.observed.steps has the result of each
 * step.
 *
 * Return: 0; -EIO if this machine must not be used further (outcome.stop); or another negative
 * errno.
 */
int watchdog_do(struct watchdog *watchdog, struct outcome *outcome,
		const struct watchdog_task *task);

#endif
