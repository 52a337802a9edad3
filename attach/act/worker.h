/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_WORKER_H
#define ATTACH_ACT_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "attach/act/do-step.h"
#include "attach/act/worker-terms.h"

struct step;
struct step_result;

/*
 * A process that does steps for this one, through libcxl (step_do()). A write to sysfs can sleep in
 * the kernel for ever: the worker is left behind then. It begins no step any more once it was left
 * behind, or once this process has ended, however that was; what it has not done, the journal
 * knows. It holds none of this process's files open but a lock: even what libcxl logs in there
 * comes through the worker's socket. Times are microseconds of CLOCK_MONOTONIC.
 */
struct worker;

/**
 * worker_start() - start the process, which waits for work, so that there is one when it is needed
 * @prepare: what it lets libcxl enumerate meanwhile, so that its first step begins sooner
 * @lock: what it keeps locked until it has ended, saying which step it is at (command_lock_note());
 *	  0: nothing
 *
 * Return: the worker, to be given back with worker_end(); or NULL with errno set.
 */
struct worker *worker_start(enum prepare prepare, int lock);

/**
 * worker_do() - have one do steps, one after the other
 * @worker: NULL or one that somebody has killed: a new one is started
 *
 * Returns at once. What was to be done before has to be done: see worker_poll().
 *
 * Return: 0, or a negative errno: -ENAMETOOLONG, or that of fork(2); @worker is NULL then.
 */
int worker_do(struct worker **worker, const struct step *steps, size_t count,
	      const struct worker_terms *terms);

/**
 * worker_cpu() - a processor for those that have a priority: the last of those that there are
 *
 * Return: its number; or a negative errno if the scheduler lets this process go before nobody
 * (sched(7): CAP_SYS_NICE, RLIMIT_RTPRIO, the cgroup's realtime bandwidth).
 */
int worker_cpu(void);

/** worker_fd() - a file descriptor that polls readable when the worker has got on */
int worker_fd(const struct worker *worker);

/**
 * worker_poll() - take in how far it has got
 *
 * With --debug (sysfs_debug of util/sysfs.h, as it was when the worker was started), what libcxl
 * has logged in there meanwhile goes to stderr.
 *
 * Return: 1 once it has done what it was to do, 0 before; -ECHILD if the process has gone.
 */
int worker_poll(struct worker *worker);

/**
 * worker_steps() - how each step went so far: as many as there were; good until worker_do()
 *
 * Of what is done again and again, when it first began, and how it last ended, which is known only
 * at the very end.
 */
const struct step_result *worker_steps(const struct worker *worker);

/** worker_current() - the step that it is at, or was at last; of one that is quiet, the first */
size_t worker_current(const struct worker *worker);

pid_t worker_pid(const struct worker *worker);

/**
 * worker_is_running() - is it on a processor, or waiting for one, and not for somebody else?
 *
 * State R of proc(5). On a slow machine with many of them, that can take long.
 */
bool worker_is_running(const struct worker *worker);

/**
 * worker_give_up() - it begins no step any more; it may be in the middle of one
 *
 * Return: that step, or the last that it has begun.
 */
size_t worker_give_up(struct worker *worker);

/** worker_dismiss() - it gets no more work, and can go already: worker_end() then waits less */
void worker_dismiss(struct worker *worker);

/**
 * worker_end() - end the process if it waits for work, else give it up and leave it behind; NULL:
 * nothing
 */
void worker_end(struct worker *worker);

#endif
