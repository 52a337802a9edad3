/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_EXERCISE_PRIVATE_H
#define CXL_ATTACH_EXERCISE_PRIVATE_H

#include <sys/types.h>

#include "exercise/exercise.h"

/* What the parts of exercise_run() share: acting, judging, and bringing everything back */

/**
 * exercise_act() - take down and bring back as was prepared, and wait until the kernel has done so
 *
 * An actor that is alone is judged in between.
 *
 * Return: 0, or a negative errno, also if nothing more can be done (outcome.stop).
 */
int exercise_act(struct exercise *exercise, const struct race_case *race_case,
		 struct outcome *outcome);

/* Once one has died in the kernel, the others have that long to come back. */
#define AFTER_BREAK_US 3000000

/**
 * exercise_watchdog_start() - start the thread that stands by whenever exercise_do() is called
 *
 * Return: 0 or a negative errno. exercise_watchdog_end() ends it.
 */
int exercise_watchdog_start(struct exercise *exercise);
void exercise_watchdog_end(struct exercise *exercise);

/**
 * exercise_do() - do steps, one after the other, as nobody else does anything
 * @who: as whom it counts if one of them gets stuck
 *
 * The first that fails ends it, unless it may (step_may_fail()); that it was refused shows in what
 * is there afterwards. If they do not come back, this does not either: exercise.lost is called.
 *
 * Return: 0; -EIO if nothing more can be done (outcome.stop); or another negative errno.
 */
int exercise_do(struct exercise *exercise, struct outcome *outcome, const struct step *steps,
		size_t count, const char *who);

/** exercise_note() - one more finding, which takes its signature and its detail over */
void exercise_note(struct outcome *outcome, const char *kind, char *signature, char *detail);

/** exercise_note_stuck() - a process that has not come back; nothing more can be done */
void exercise_note_stuck(struct exercise *exercise, struct outcome *outcome, const char *who,
			 pid_t pid);

/**
 * exercise_note_splats() - what the kernel has complained of since watch_forget(), and whether a
 * part of its log was lost
 */
void exercise_note_splats(struct exercise *exercise, struct outcome *outcome);

/** exercise_judge_detach() - the checks of a take-down, after the latest look, and with @iomem */
void exercise_judge_detach(struct exercise *exercise, struct outcome *outcome,
			   const struct iomem *iomem);

/** exercise_judge_quiet() - half of something must not be left, once the kernel is at rest */
void exercise_judge_quiet(struct exercise *exercise, struct outcome *outcome);

/** exercise_is_broken() - has a process ended inside of the kernel, perhaps with locks held? */
bool exercise_is_broken(const struct exercise *exercise);

/** exercise_read_taint() - the kernel's, as bits (Documentation/admin-guide/tainted-kernels.rst) */
uint64_t exercise_read_taint(void);

/**
 * exercise_observe() - what there is now: exercise.last
 * @iomem: likewise, the addresses, and every so often their mappings, to be released by the caller;
 *         or NULL
 *
 * Return: 0 or a negative errno.
 */
int exercise_observe(struct exercise *exercise, struct iomem *iomem);

/**
 * exercise_driver_now() - the driver of a host, at the latest look, if it is attached at home
 *
 * Return: its name, a new string that the caller frees, or NULL.
 */
char *exercise_driver_now(const struct exercise *exercise, const struct snapshot_host *host);

/**
 * exercise_observe_baseline() - what there is now is what there is to be after each trial
 *
 * Return: 0 or a negative errno. exercise_release_baseline() gives back what it took.
 */
int exercise_observe_baseline(struct exercise *exercise);
void exercise_release_baseline(struct exercise *exercise);

/** exercise_is_restored() - is all as it was, with the same names, at the latest look? */
bool exercise_is_restored(const struct exercise *exercise);

/**
 * exercise_restore() - bring everything back
 *
 * Where that has other names, it is what is expected from now on. That binding was not enough, or
 * that it is not possible, is a finding.
 *
 * Return: 0, or a negative errno, also if nothing more can be done (outcome.stop).
 */
int exercise_restore(struct exercise *exercise, struct outcome *outcome);

#endif
