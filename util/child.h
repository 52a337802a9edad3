/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Run another program, and wait until it ends, at most as long as it has time. It has a session and
 * a process group of its own, and nothing of this process's but standard error, to which its
 * standard output goes as well. If its time is up, or this process ends, however that is, the whole
 * group is ended: by SIGTERM, and by SIGKILL two seconds later, or once the program has ended. No
 * process that is left behind then holds any file of this one's, or a lock.
 */

/* SIGINT, SIGTERM and SIGHUP, as far as they are not ignored, blocked for a while */
struct child_interrupts {
	sigset_t held, before;
	bool are_held;
};

struct child_task {
	char *const *arguments; /* as of execve(2); the first is the path of the program */
	char *const *environment;
	const char *input; /* its standard input: a file with this text */
	uint64_t timeout_us;
	const struct child_interrupts
		*interrupts; /* held: such a signal ends it; NULL: none does */
};

enum child_end {
	CHILD_EXITED,	   /* with the exit status @number */
	CHILD_KILLED,	   /* by the signal @number, which was not ours */
	CHILD_TIMED_OUT,   /* it was ended, or cannot be ended, since it is in the kernel */
	CHILD_INTERRUPTED, /* likewise; the signal is still pending */
	CHILD_NOT_RUN,	   /* @number: a negative errno */
};

struct child_result {
	enum child_end end;
	int number;
	uint64_t took_us;
};

/** child_run() - run it in the directory "/", with the umask 022 */
void child_run(const struct child_task *task, struct child_result *result);

/** child_interrupts_hold() - block the signals, if they are not held already */
void child_interrupts_hold(struct child_interrupts *interrupts);

/** child_interrupts_pending() - has one come since they are held? */
bool child_interrupts_pending(const struct child_interrupts *interrupts);

/** child_interrupts_release() - let the signals through, also those that came meanwhile */
void child_interrupts_release(struct child_interrupts *interrupts);

#endif
