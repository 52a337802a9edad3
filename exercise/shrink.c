// SPDX-License-Identifier: LGPL-2.1-only
#include "exercise/shrink.h"

/* A search for fewer trials than these is not worthwhile. */
#define FEW_TRIALS 4

const struct candidate *shrink_best(const struct candidate *done, size_t count)
{
	const struct candidate *best = &done[0];

	/* Each candidate is made from the best one before it, and is smaller. */
	for (size_t i = 0; i < count; i++) {
		if (done[i].shown)
			best = &done[i];
	}
	return best;
}

static size_t size_of(actor_set actors)
{
	return (size_t)__builtin_popcount(actors);
}

static bool was_run(const struct candidate *done, size_t count, const struct candidate *candidate)
{
	for (size_t i = 0; i < count; i++) {
		if (done[i].actors == candidate->actors && done[i].twice == candidate->twice &&
		    done[i].one_interleaving == candidate->one_interleaving &&
		    done[i].interleaving == candidate->interleaving &&
		    done[i].at_one_offset == candidate->at_one_offset &&
		    done[i].trials <= candidate->trials)
			return true;
	}
	return false;
}

/* An actor alone has no offset, and only one interleaving. */
static void become_alone(struct candidate *next)
{
	next->twice = false;
	next->at_one_offset = false;
	next->one_interleaving = false;
	next->interleaving = INTERLEAVING_TURNS;
}

/* Remove one of the actors */
static bool with_fewer_actors(const struct candidate *done, size_t count, struct candidate *next)
{
	actor_set all = next->actors;

	if (next->twice) {
		become_alone(next);
		return !was_run(done, count, next);
	}
	for (int i = 0; i < NR_ACTORS && size_of(all) > 1; i++) {
		if (!(all & 1U << i))
			continue;
		next->actors = all & ~(1U << i);
		if (size_of(next->actors) < 2)
			become_alone(next);
		if (!was_run(done, count, next))
			return true;
	}
	return false;
}

static bool in_one_interleaving(const struct candidate *done, size_t count, struct candidate *next)
{
	if ((size_of(next->actors) < 2 && !next->twice) || next->one_interleaving)
		return false;
	next->one_interleaving = true;
	next->interleaving = next->shown_interleaving;
	return !was_run(done, count, next);
}

static bool at_one_offset(const struct candidate *done, size_t count, struct candidate *next)
{
	if ((size_of(next->actors) != 2 && !next->twice) || next->at_one_offset ||
	    next->shown_interleaving == INTERLEAVING_LOOPS)
		return false;
	next->at_one_offset = true;
	next->offset = next->shown_offset;
	return !was_run(done, count, next);
}

/* Halve the trials, or take the number that showed the finding if that is less */
static bool in_fewer_trials(const struct candidate *done, size_t count, struct candidate *next)
{
	if (next->trials <= FEW_TRIALS)
		return false;
	next->trials =
		next->shown_trials < next->trials / 2 ? next->shown_trials : next->trials / 2;
	if (next->trials < FEW_TRIALS)
		next->trials = FEW_TRIALS;
	return !was_run(done, count, next);
}

bool shrink_next(const struct candidate *done, size_t count, struct candidate *next)
{
	bool (*const smaller[])(const struct candidate *done, size_t count,
				struct candidate *next) = {with_fewer_actors, in_one_interleaving,
							   at_one_offset, in_fewer_trials};

	for (size_t i = 0; i < sizeof(smaller) / sizeof(*smaller); i++) {
		*next = *shrink_best(done, count);
		next->shown = false;
		if (smaller[i](done, count, next))
			return true;
	}
	return false;
}
