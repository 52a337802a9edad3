/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_CPU_HOG_H
#define EXERCISE_CPU_HOG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Keep all processors busy. On an idle processor, a process that is woken continues at once. On a
 * busy processor, another process may first use the lock that the woken process waited for.
 */
struct cpu_hog {
	pid_t *pids;
	size_t count;
};

/**
 * cpu_hog_start() - start one process on each allowed processor, or as many as possible
 * @until_us: the time at which they end by themselves, in CLOCK_MONOTONIC; they also end with this
 * process
 */
void cpu_hog_start(struct cpu_hog *hog, uint64_t until_us);

/** cpu_hog_end() - end the processes now */
void cpu_hog_end(struct cpu_hog *hog);

#endif
