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
 * Does steps in this process, which may not return from the kernel. If another process did them, as
 * in a race, that would take a part of each trial's time; so a thread stands by, and sleeps for
 * most of it.
 */
struct watchdog;

struct watchdog_settings {
	struct watch *watch; /* open; for what the kernel says and does meanwhile */
	uint64_t limit_us;   /* how long watchdog_do() may take */
	uint64_t exposure_limit_us;
	uint64_t *taint; /* the kernel's, as of judge_log() */
	/*
	 * Called by the thread when watchdog_do() is not going to return, once the outcome is
	 * complete. It has to end the process.
	 */
	void (*lost)(void *data);
	void *lost_data;
};

/* What watchdog_do() is to do */
struct watchdog_task {
	const struct step *steps;
	size_t count;
	const char *who; /* for people, if one of the steps gets stuck */
	/* A detach whose regions may be gone for long before their provider; NULL: none is */
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
 * watchdog_do() - do steps, one after the other, while no other process does anything
 *
 * The first step that fails ends it, unless it may fail (step_may_fail()); that a step was refused
 * shows in what is there afterwards. watch.observed.steps says how the steps went.
 *
 * Return: 0; -EIO if nothing more can be done (outcome.stop); or another negative errno.
 */
int watchdog_do(struct watchdog *watchdog, struct outcome *outcome,
		const struct watchdog_task *task);

#endif
