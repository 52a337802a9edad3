/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_RESTORE_H
#define EXERCISE_RESTORE_H

struct baseline;
struct observed;
struct outcome;
struct watchdog;

/* The number of times that binding is tried before it counts as not enough */
#define RESTORES 3

/*
 * baseline_restore() may take this many times the watchdog's limit: in the end it recreates the
 * bus's ports.
 */
#define RESTORE_LIMITS (RESTORES + 2)

/**
 * baseline_restore() - restore everything that the baseline has and the latest observation lacks
 * @observed: what the watchdog's watch observed
 *
 * If devices get other names, the baseline is renewed. It is a finding if binding was not enough,
 * or if the baseline cannot be restored.
 *
 * Return: 0, also if this machine must not be used further (outcome.stop); or a negative errno.
 */
int baseline_restore(struct baseline *baseline, struct watchdog *watchdog,
		     const struct observed *observed, struct outcome *outcome);

/**
 * baseline_restore_surroundings() - undo what actors beside the memdev may have left undone
 *
 * The state of the devices does not show this. The caller must call it after each trial.
 *
 * Return: as watchdog_do().
 */
int baseline_restore_surroundings(const struct baseline *baseline, struct watchdog *watchdog,
				  struct outcome *outcome);

/**
 * baseline_put_back() - restore everything after a trial that failed, for whatever reason
 *
 * If the machine cannot be read, every device of the baseline is bound again.
 *
 * Return: 0 if the machine is as before, except for names; a negative errno if it is not, or if its
 * state is unknown.
 */
int baseline_put_back(struct baseline *baseline, struct watchdog *watchdog,
		      const struct observed *observed, struct outcome *outcome);

#endif
