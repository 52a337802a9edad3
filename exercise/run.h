/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_RUN_H
#define EXERCISE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exercise/schedule.h"

struct command_lock;
struct json_object;
struct left_out;

/* The beginning of every message: exercise-autoremove is a command of cxl */
#define NAME "cxl exercise-autoremove"

/* One run of the exerciser: its trials, in a process that another process supervises */
struct run_settings {
	const char *host;	   /* the memdev's host */
	struct schedule *schedule; /* with its cases */
	uint64_t seed;
	uint64_t trials;     /* of each case; 0: without limit */
	double duration;     /* seconds; 0: without limit */
	double timeout;	     /* seconds after which an actor is stuck */
	double grace;	     /* the additional seconds for reading the machine in a trial */
	double max_exposure; /* seconds */
	size_t first;	     /* the trial of the schedule with which this run begins */
	struct json_object
		*begun; /* the first start record in the log that is continued; or NULL */
	int log;	/* the file descriptor for the records */
	int cpu;	/* the processor of all actors that share one: worker_cpu() */
	const struct command_lock *lock; /* the locks that this process holds; NULL: none */
	const char *check;		 /* a command for sh, after each trial; NULL: none */
	const struct left_out *left_out; /* the actors that do not take part */
	enum script_language script; /* only print the first trial, as a script in this language */
};

/* The grace of every run except a test's */
#define RUN_GRACE 60

/**
 * run_supervise() - start the process, and wait until it is done or does not return
 *
 * If this process is killed, the other process ends after the current trial. The lock of the
 * command ends with this process, and that of the steps ends with the other process (lock.h).
 *
 * Return: 0, or a negative errno if the run failed; the findings are in the log. -ENOSPC: the log
 * lacks something that was done, whatever the write error was. -ECHILD: the process died.
 */
int run_supervise(const struct run_settings *settings);

#endif
