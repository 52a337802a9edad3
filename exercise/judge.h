/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_JUDGE_H
#define EXERCISE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct baseline;
struct iomem;
struct observed;
struct outcome;
struct plan;

/* What was observed in a trial becomes its findings. */

/* Once a process has died in the kernel, the others have that long to return. */
#define AFTER_BREAK_US 3000000

/** judge_is_broken() - has a process ended inside the kernel, perhaps with locks held? */
bool judge_is_broken(const struct observed *observed);

/** judge_taint() - the kernel's taint (Documentation/admin-guide/tainted-kernels.rst), as bits */
uint64_t judge_taint(void);

/**
 * judge_stuck_in() - the signature of a process that has not returned: where in the kernel it is
 * @wchan: its /proc/PID/wchan
 * @stack: its /proc/PID/stack, "" if that cannot be read
 *
 * The first function of CXL's modules in its stack counts, else the innermost, else @wchan.
 *
 * Return: a new string that the caller frees, such as "stuck cxl_mem_probe".
 */
char *judge_stuck_in(const char *wchan, const char *stack);

/**
 * judge_stuck() - note a process that has not returned; nothing more can be done then
 * @who: what the process does, for people
 * @limit_us: how long it has been waited for
 */
void judge_stuck(struct outcome *outcome, const char *who, pid_t pid, uint64_t limit_us);

/**
 * judge_log() - note every kernel report, and whether a part of the kernel log was lost
 * @taint: the kernel's taint before; becomes the one that it has now
 */
void judge_log(struct outcome *outcome, const struct observed *observed, uint64_t *taint);

/**
 * judge_detach() - note each check of a detach that failed
 * @baseline: its latest observation is the one after the detach
 * @iomem: the addresses after it
 */
void judge_detach(struct outcome *outcome, const struct baseline *baseline, const struct plan *plan,
		  const struct observed *observed, const struct iomem *iomem);

/** judge_exposure() - note for how long the regions were gone before their provider */
void judge_exposure(struct outcome *outcome, const struct plan *plan,
		    const struct observed *observed, uint64_t limit_us);

/**
 * judge_quiet() - once the kernel is at rest, note each provider that has a part of its devices
 * @baseline: its latest observation is the one to be judged
 */
void judge_quiet(struct outcome *outcome, const struct baseline *baseline);

#endif
