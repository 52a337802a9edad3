/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_SHRINK_H
#define CXL_ATTACH_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

#include "exercise/schedule.h"

/*
 * From something that showed once, in one case among others, to the least that still shows it:
 * fewer actors, one way, one place in the sweep, few iterations. Pure: somebody
 * else makes the attempts, each on a machine of its own.
 */

struct shrink_trial {
	actor_set actors;
	bool twice;	       /* the one actor races with itself */
	bool one_interleaving; /* each trial in @interleaving */
	enum interleaving interleaving;
	bool at_one_offset; /* each trial at the same place in the sweep: @offset, from -1 to 1 */
	double offset;
	size_t iterations; /* at most so many trials */
	bool shown;
	size_t trials;	     /* how many there were, if it was shown, with the one that did */
	double shown_offset; /* of a race, where in the sweep it was shown */
	enum interleaving shown_interleaving;
};

/**
 * shrink_next() - what to try next
 * @done: all attempts so far, in their order; the first is where it was seen, and has shown it
 * @next: to be tried, with @shown, @trials and @shown_... to be filled in
 *
 * Return: false if there is nothing left to try: shrink_best() is the least.
 */
bool shrink_next(const struct shrink_trial *done, size_t count, struct shrink_trial *next);

/** shrink_best() - the least of them that has shown it */
const struct shrink_trial *shrink_best(const struct shrink_trial *done, size_t count);

#endif
