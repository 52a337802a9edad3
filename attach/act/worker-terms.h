/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_WORKER_TERMS_H
#define ATTACH_ACT_WORKER_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One of this many repetitions runs all steps: worker_terms.nr_often */
#define WHOLE_EVERY 4

/* When a worker runs its steps, and with which priority */
struct worker_terms {
	uint64_t start_us; /* the earliest time; 0: at once */
	int priority;	   /* from 1: a priority of SCHED_FIFO; 0: none */
	int cpu;	   /* with a priority: only on this processor */
	/*
	 * Repeat the steps until that time, even after errors. 0: run them once, until one fails
	 * that is not a bind
	 */
	uint64_t until_us;
	uint64_t pause_us; /* before each repetition except the first */
	size_t nr_often; /* the first steps, run each time; the others every WHOLE_EVERY; 0: all */
	bool quiet;	 /* reply only at the end: the receiver of a reply takes processor time */
	int lock;	 /* as for worker_start(), if a worker is started */
	bool flush; /* after each step, wait for the kernel's detach work (/sys/bus/cxl/flush) */
	/* Only for the exerciser: write the steps' files directly (step_write()), without libcxl */
	bool direct;
};

#endif
