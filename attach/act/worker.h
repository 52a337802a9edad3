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
 * A process that runs steps for this one, through libcxl (step_do()). A write to sysfs can sleep in
 * the kernel forever. The worker is then left behind. It begins no further step once it is left
 * behind, or once this process has ended, for any reason. The journal has the steps that it did not
 * run. It keeps no file of this process open except a lock. Even libcxl's log in the worker comes
 * through its socket. Times are microseconds of CLOCK_MONOTONIC.
 */
struct worker;

/**
 * worker_start() - start a process, which waits for steps, before it is needed
 * @prepare: what libcxl enumerates in advance, so that the first step begins sooner
 * @lock: the lock that it holds until it ends, recording its current step (command_lock_note()); 0:
 * none
 *
 * Return: the worker, which the caller ends with worker_end(); or NULL with errno set.
 */
struct worker *worker_start(enum prepare prepare, int lock);

/**
 * worker_do() - let a worker run steps one after the other
 * @worker: if it is NULL or was killed, a new one is started
 *
 * Returns at once. The worker must have completed its previous steps: see worker_poll().
 *
 * Return: 0, or a negative errno: -ENAMETOOLONG, or that of fork(2); @worker is then NULL.
 */
int worker_do(struct worker **worker, const struct step *steps, size_t count,
	      const struct worker_terms *terms);

/**
 * worker_cpu() - choose a processor for the workers with a priority: the last allowed one
 *
 * Return: its number; or a negative errno if the scheduler refuses a priority (sched(7):
 * CAP_SYS_NICE, RLIMIT_RTPRIO, the cgroup's realtime bandwidth).
 */
int worker_cpu(void);

/** worker_fd() - return a file descriptor that polls readable when the worker has made progress */
int worker_fd(const struct worker *worker);

/**
 * worker_poll() - read the progress of the worker
 *
 * With --debug (sysfs_debug of util/sysfs.h, when the worker was started), libcxl's log in the
 * worker is printed on stderr.
 *
 * Return: 1 once all steps are done, 0 before; -ECHILD if the process is gone.
 */
int worker_poll(struct worker *worker);

/**
 * worker_steps() - return the results of the steps until now; valid until worker_do()
 *
 * For a repeated step, the result has the time when it first began, and its last end and error. It
 * is only known at the very end.
 */
const struct step_result *worker_steps(const struct worker *worker);

/**
 * worker_current() - return the current or the latest step; the first one if the worker is quiet
 */
size_t worker_current(const struct worker *worker);

pid_t worker_pid(const struct worker *worker);

/**
 * worker_is_running() - test whether it is on a processor or waits for one, and not for a lock
 *
 * This is state R of proc(5). On a slow machine with many workers, it can last long.
 */
bool worker_is_running(const struct worker *worker);

/**
 * worker_give_up() - let no further step begin; the current one may continue
 *
 * Return: the current step, or the last that began.
 */
size_t worker_give_up(struct worker *worker);

/** worker_dismiss() - tell the worker that no more steps follow: worker_end() then waits less */
void worker_dismiss(struct worker *worker);

/**
 * worker_end() - end the process if it waits for steps, or give it up and leave it behind
 *
 * @worker may be NULL.
 */
void worker_end(struct worker *worker);

#endif
