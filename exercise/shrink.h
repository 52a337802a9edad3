/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_SHRINK_H
#define EXERCISE_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

#include "exercise/schedule.h"

/*
 * From a finding that was seen once, in one case among others, to the least that still shows it:
 * fewer actors, one interleaving, one offset in the sweep, few trials. Pure: the caller runs each
 * candidate, on a machine of its own.
 */

/* What may still show the finding, and whether it did */
struct candidate {
	actor_set actors;
	bool twice;	       /* the one actor races with itself */
	bool one_interleaving; /* each trial in @interleaving */
	enum interleaving interleaving;
	bool at_one_offset; /* each trial at the same offset in the sweep: @offset, from -1 to 1 */
	double offset;
	size_t trials; /* at most so many */
	bool shown;
	size_t shown_trials; /* how many it took, with the one that showed it */
	double shown_offset; /* of a race, where in the sweep it was shown */
	enum interleaving shown_interleaving;
};

/**
 * shrink_next() - which candidate to run next
 * @done: all candidates so far, in their order; the first is where the finding was seen, and has
 *        shown it
 * @next: to be run; its @shown and @shown_... are to be filled in
 *
 * Return: false if no candidate is left: shrink_best() is the least.
 */
bool shrink_next(const struct candidate *done, size_t count, struct candidate *next);

/** shrink_best() - the least of them that has shown the finding */
const struct candidate *shrink_best(const struct candidate *done, size_t count);

#endif
