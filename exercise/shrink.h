/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_SHRINK_H
#define EXERCISE_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

#include "exercise/schedule.h"

/*
 * Reduce a finding that was seen once, in one case among others, to the smallest candidate that
 * still shows it: fewer actors, one interleaving, one offset in the sweep, few trials. Pure: the
 * caller runs each candidate on a fresh machine.
 */

/* What may still show the finding, and whether it did */
struct candidate {
	actor_set actors;
	bool twice;	       /* the only actor races with itself */
	bool one_interleaving; /* each trial is in @interleaving */
	enum interleaving interleaving;
	bool at_one_offset; /* each trial is at one offset in the sweep: @offset, from -1 to 1 */
	double offset;
	size_t trials; /* the maximum number of trials */
	bool shown;
	size_t shown_trials; /* the number of trials up to the one that showed it */
	double shown_offset; /* of a race, the offset in the sweep at which it was shown */
	enum interleaving shown_interleaving;
};

/**
 * shrink_next() - choose the next candidate to run
 * @done: all candidates until now, in their order; the first is the run in which the finding was
 * seen
 * @next: the candidate to run; the caller then fills in @shown and @shown_...
 *
 * Return: false if no candidate is left: shrink_best() is the smallest.
 */
bool shrink_next(const struct candidate *done, size_t count, struct candidate *next);

/** shrink_best() - return the smallest candidate that has shown the finding */
const struct candidate *shrink_best(const struct candidate *done, size_t count);

#endif
