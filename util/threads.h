/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_THREADS_H
#define UTIL_THREADS_H

#include <stddef.h>

/*
 * Do independent jobs on several processors. The jobs have numbers, and each job only changes what
 * belongs to its number: the results do not depend on the order in which the jobs run.
 */

/* The maximum number of threads: more of them would wait for the locks of sysfs */
#define THREADS_MAX 8

/**
 * threads_for() - return how many threads pay: 1 or more, at most one for each allowed processor
 * @work: how many pieces of work there are
 * @least: the number of pieces for which it pays to start a thread
 */
size_t threads_for(size_t work, size_t least);

/**
 * threads_run() - do the jobs 0 to @count - 1 in @threads threads, of which this one is the first
 *
 * Returns when all are done. If a thread cannot be started, the others do its jobs.
 */
void threads_run(size_t threads, size_t count, void (*job)(size_t number, void *data), void *data);

#endif
