/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_JUDGE_H
#define EXERCISE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct baseline;
struct observed;
struct outcome;
struct plan;

/* Turn the observations of a trial into findings. */

/* Once a process has died in the kernel, the other processes have this long to return. */
#define AFTER_BREAK_US 3000000

/**
 * judge_is_broken() - test whether a process has died in the kernel, perhaps while it held locks
 */
bool judge_is_broken(const struct observed *observed);

/**
 * judge_taint() - return the kernel's taint (Documentation/admin-guide/tainted-kernels.rst) as bits
 */
uint64_t judge_taint(void);

/**
 * judge_stuck_in() - return the signature of a process that has not returned from the kernel
 * @wchan: the text of its /proc/PID/wchan
 * @stack: the text of its /proc/PID/stack, "" if that cannot be read
 *
 * The signature names the first function of CXL's modules in the stack. Without one, it names the
 * innermost function, and without a stack @wchan.
 *
 * Return: a new string that the caller frees, such as "stuck cxl_mem_probe".
 */
char *judge_stuck_in(const char *wchan, const char *stack);

/**
 * judge_stuck() - add a finding for a process that has not returned; the caller must then stop
 * @who: what the process does, for people
 * @limit_us: how long this program waited for it
 */
void judge_stuck(struct outcome *outcome, const char *who, pid_t pid, uint64_t limit_us);

/**
 * judge_log() - add a finding for every kernel report, and record whether a part of the kernel log
 * was lost
 * @taint: the taint before the trial; set to the current one
 */
void judge_log(struct outcome *outcome, const struct observed *observed, uint64_t *taint);

/**
 * judge_detach() - add a finding for each failed check of a detach
 * @baseline: its latest observation is the one after the detach, with the addresses
 */
void judge_detach(struct outcome *outcome, const struct baseline *baseline, const struct plan *plan,
		  const struct observed *observed);

/** judge_exposure() - record how long the regions were gone before their provider */
void judge_exposure(struct outcome *outcome, const struct plan *plan,
		    const struct observed *observed, uint64_t limit_us);

/**
 * judge_quiet() - once the kernel is at rest, add a finding for each provider with only a part of
 * its devices
 * @baseline: its latest observation is judged
 */
void judge_quiet(struct outcome *outcome, const struct baseline *baseline);

/**
 * judge_uncounted() - add a finding if a decoder is not as it was, and its port does not show it
 * @baseline: its latest observation is judged, a whole one
 *
 * In trials that do not read everything, this would not have been seen (baseline_begin_trial()).
 */
void judge_uncounted(struct outcome *outcome, const struct baseline *baseline);

#endif
