/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_RESTORE_H
#define EXERCISE_RESTORE_H

struct baseline;
struct observed;
struct outcome;
struct watchdog;

/* How often binding is tried before it counts as not enough */
#define RESTORES 3

/* baseline_restore() may take so many times the watchdog's limit: then it recreates the bus's
 * ports. */
#define RESTORE_LIMITS (RESTORES + 2)

/**
 * baseline_restore() - restore everything that the baseline has and the latest observation lacks
 * @observed: what the watchdog's watch observed
 *
 * Where that gives devices other names, the baseline is renewed. That binding was not enough, or
 * that it is not possible, is a finding.
 *
 * Return: 0, also if nothing more can be done (outcome.stop); or a negative errno.
 */
int baseline_restore(struct baseline *baseline, struct watchdog *watchdog,
		     const struct observed *observed, struct outcome *outcome);

/**
 * baseline_restore_surroundings() - undo what the actors beside the memdev may have left undone
 *
 * It cannot be told from the devices: to be called after each trial.
 *
 * Return: as watchdog_do().
 */
int baseline_restore_surroundings(const struct baseline *baseline, struct watchdog *watchdog,
				  struct outcome *outcome);

/**
 * baseline_put_back() - the same after a trial that failed, whatever the reason was
 *
 * Also if the machine cannot be read: then everything that the baseline has is bound again.
 *
 * Return: 0 if the machine is as it was, but for the names; or a negative errno if it is not, or
 * that cannot be known.
 */
int baseline_put_back(struct baseline *baseline, struct watchdog *watchdog,
		      const struct observed *observed, struct outcome *outcome);

#endif
