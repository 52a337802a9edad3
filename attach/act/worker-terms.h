/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_WORKER_TERMS_H
#define ATTACH_ACT_WORKER_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the times that steps are done again, each so many-th has all of them: worker_terms.nr_often */
#define WHOLE_EVERY 4

/* When, and before whom, a worker does its steps */
struct worker_terms {
	uint64_t start_us; /* not before that time; 0: at once */
	int priority;	   /* from 1: of the scheduler's policy SCHED_FIFO; 0: as anybody else */
	int cpu;	   /* with a priority: only on this processor */
	/*
	 * Again and again until that time, each step whatever became of those before; 0: once, up
	 * to the first but a bind that fails
	 */
	uint64_t until_us;
	uint64_t pause_us; /* before each time but the first */
	size_t nr_often; /* so many of the steps each time, the others every now and then; 0: all */
	bool quiet;	 /* says nothing before all is done: who listens takes up time */
	int lock;	 /* as of worker_start(), where one is started */
	bool flush; /* after each step, wait for the kernel's detach work (/sys/bus/cxl/flush) */
	/* Only for the exerciser: the steps' files are written directly (step_write()), without
	 * libcxl */
	bool direct;
};

#endif
