/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_CPU_HOG_H
#define EXERCISE_CPU_HOG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Keeps all processors busy. On an idle processor, a process that is woken goes on at once; on a
 * busy one, another process may by then have used the lock that it waited for.
 */
struct cpu_hog {
	pid_t *pids;
	size_t count;
};

/**
 * cpu_hog_start() - start one process for each processor that this one may use, or as many as
 * possible
 * @until_us: when they end by themselves, in CLOCK_MONOTONIC; they end with this process, too
 */
void cpu_hog_start(struct cpu_hog *hog, uint64_t until_us);

/** cpu_hog_end() - end them now */
void cpu_hog_end(struct cpu_hog *hog);

#endif
