/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_RUN_H
#define EXERCISE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exercise/schedule.h"

struct command_lock;
struct json_object;

/* What messages begin with: exercise-autoremove is a command of cxl */
#define NAME "cxl exercise-autoremove"

/* One run of the exerciser: its trials, in a process that another process watches */
struct run_settings {
	const char *host;	   /* of the memdev */
	struct schedule *schedule; /* with its cases */
	uint64_t seed;
	uint64_t trials;     /* of each case; 0: without end */
	double duration;     /* seconds; 0: as long as it takes */
	double timeout;	     /* seconds after which an actor is stuck */
	double grace;	     /* seconds that reading the machine may take in a trial, beside that */
	double max_exposure; /* seconds */
	size_t first;	     /* trial of the schedule that is the first of this run */
	struct json_object *begun;	 /* the first start in the log that is continued; or NULL */
	int log;			 /* where the records go */
	int cpu;			 /* where all actors of a trial are on one: worker_cpu() */
	const struct command_lock *lock; /* of this process; NULL: none */
	enum script_language script;	 /* only print the first trial as a script */
};

/* The grace of every run but a test's */
#define RUN_GRACE 60

/**
 * run_supervise() - start the process, and wait until it is done or does not return
 *
 * If this process is killed, the other one ends after the trial that is going on. The lock of the
 * command ends with this process, that of the steps with the other one (lock.h).
 *
 * Return: 0, or a negative errno if it could not be done; what was found is in the log. -ENOSPC:
 * the log lacks something that was done, whatever kept it from being written; -ECHILD: the process
 * died.
 */
int run_supervise(const struct run_settings *settings);

#endif
