/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_RUN_WAIT_H
#define EXERCISE_RUN_WAIT_H

#include <stdbool.h>
#include <sys/types.h>

/* Wait for the process that runs the trials, which may not return from the kernel */

/* How that process ends, if it can report it */
enum run_end {
	RUN_DONE,
	RUN_FAILED,
	RUN_UNWRITTEN,
};

/**
 * run_limit() - return the number of seconds that a trial may take
 * @timeout: the seconds that each of its parts may take
 * @grace: the additional seconds for reading the machine
 */
double run_limit(double timeout, double grace);

/**
 * run_catch_signals() - record SIGINT, SIGTERM and SIGHUP from now on, instead of ending the
 * process
 *
 * A signal that the caller ignores stays ignored, as under nohup(1).
 */
void run_catch_signals(void);

/** run_is_interrupted() - test whether this process has received such a signal */
bool run_is_interrupted(void);

/**
 * run_wait() - wait until the process reports that it is done, but not until it has ended
 * @status: the file descriptor of its report
 * @log: the log, which grows while trials complete
 * @seconds: the time that it may take from one record to the next
 *
 * A signal that run_catch_signals() has recorded is forwarded to the process.
 *
 * Return: 0, or a negative errno: -ETIME if the process does not return from the kernel, -ECHILD if
 * it ended without a report, -EIO or -ENOSPC if it reports RUN_FAILED or RUN_UNWRITTEN.
 */
int run_wait(pid_t pid, int status, int log, double seconds);

#endif
