/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_RUN_WAIT_H
#define EXERCISE_RUN_WAIT_H

#include <stdbool.h>
#include <sys/types.h>

/* Waiting for the process that makes the trials, which may not return from the kernel */

/* How that process ends, if it can say so */
enum run_end {
	RUN_DONE,
	RUN_FAILED,
	RUN_UNWRITTEN,
};

/**
 * run_limit() - how many seconds a trial may take
 * @timeout: seconds that each of its parts may take
 * @grace: seconds that reading the machine may take in all, beside that
 */
double run_limit(double timeout, double grace);

/**
 * run_catch_signals() - from now on, SIGINT, SIGTERM and SIGHUP end no process, but are noted
 *
 * One that the caller ignores stays ignored, as under nohup(1).
 */
void run_catch_signals(void);

/** run_is_interrupted() - has this process got such a signal? */
bool run_is_interrupted(void);

/**
 * run_wait() - wait until the process says that it is done, but not until it has ended
 * @status: where it says so
 * @log: which grows as long as trials end
 * @seconds: how long it may take from one record to the next
 *
 * A signal that ends this process, run_catch_signals(), is handed on.
 *
 * Return: 0, or a negative errno: -ETIME if it does not return from the kernel, -ECHILD if it ended
 * without a word, -EIO or -ENOSPC if it says RUN_FAILED or RUN_UNWRITTEN.
 */
int run_wait(pid_t pid, int status, int log, double seconds);

#endif
