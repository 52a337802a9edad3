/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Run another program, and wait until it ends or its time is up. The program gets its own session
 * and process group. It inherits only standard error from this process, and its standard output
 * goes there. The whole process group is ended if the program's time is up, or if this process ends
 * for any reason. It gets SIGTERM, and then SIGKILL, two seconds later or as soon as the program
 * has ended. A process that is left behind holds no file and no lock of this process.
 */

/* SIGINT, SIGTERM and SIGHUP, without those that are ignored, blocked for a while */
struct child_interrupts {
	sigset_t held, before;
	bool are_held;
};

struct child_task {
	char *const *arguments; /* as for execve(2); the first is the path of the program */
	char *const *environment;
	const char *input; /* the text of the file that is its standard input */
	uint64_t timeout_us;
	const struct child_interrupts
		*interrupts; /* if held, such a signal ends the program; NULL: no signal does */
};

enum child_end {
	CHILD_EXITED,	   /* with the exit status @number */
	CHILD_KILLED,	   /* by the signal @number, which the keeper did not send */
	CHILD_TIMED_OUT,   /* it was ended, or is in the kernel and cannot be ended */
	CHILD_INTERRUPTED, /* as CHILD_TIMED_OUT, by a signal that is still pending */
	CHILD_NOT_RUN,	   /* @number: a negative errno */
};

struct child_result {
	enum child_end end;
	int number;
	uint64_t took_us;
};

/** child_run() - run a program in the directory "/", with the umask 022, and fill in @result */
void child_run(const struct child_task *task, struct child_result *result);

/** child_interrupts_hold() - block the signals, unless they are held already */
void child_interrupts_hold(struct child_interrupts *interrupts);

/** child_interrupts_pending() - test whether a signal has arrived while they are held */
bool child_interrupts_pending(const struct child_interrupts *interrupts);

/** child_interrupts_release() - unblock the signals, and deliver those that are pending */
void child_interrupts_release(struct child_interrupts *interrupts);

#endif
