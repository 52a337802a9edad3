/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_RUN_WAIT_H
#define EXERCISE_RUN_WAIT_H

#include <signal.h>
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
 * run_wait() - wait until the process says that it is done, but not until it has ended
 * @status: where it says so
 * @log: which grows as long as trials end
 * @seconds: how long it may take from one record to the next
 * @interrupted: not 0 once this process was told to end: the other one is told so, too
 *
 * Return: 0, or a negative errno: -ETIME if it does not return from the kernel, -ECHILD if it ended
 * without a word, -EIO or -ENOSPC if it says RUN_FAILED or RUN_UNWRITTEN.
 */
int run_wait(pid_t pid, int status, int log, double seconds,
	     const volatile sig_atomic_t *interrupted);

#endif
