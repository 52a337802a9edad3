// SPDX-License-Identifier: LGPL-2.1-only
#include "exercise/shrink.h"

/* Fewer iterations than these are not worth looking for. */
#define FEW_ITERATIONS 4

const struct shrink_trial *shrink_best(const struct shrink_trial *done, size_t count)
{
	const struct shrink_trial *best = &done[0];

	/* Each one is made from the best before it, and is less. */
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

static bool was_tried(const struct shrink_trial *done, size_t count,
		      const struct shrink_trial *attempt)
{
	for (size_t i = 0; i < count; i++) {
		if (done[i].actors == attempt->actors && done[i].twice == attempt->twice &&
		    done[i].one_interleaving == attempt->one_interleaving &&
		    done[i].interleaving == attempt->interleaving &&
		    done[i].at_one_offset == attempt->at_one_offset &&
		    done[i].iterations <= attempt->iterations)
			return true;
	}
	return false;
}

/* One actor alone has no place, and only one way. */
static void become_alone(struct shrink_trial *next)
{
	next->twice = false;
	next->at_one_offset = false;
	next->one_interleaving = false;
	next->interleaving = INTERLEAVING_TURNS;
}

/* Without one of the actors */
static bool with_fewer_actors(const struct shrink_trial *done, size_t count,
			      struct shrink_trial *next)
{
	actor_set all = next->actors;

	if (next->twice) {
		become_alone(next);
		return !was_tried(done, count, next);
	}
	for (int i = 0; i < NR_ACTORS && size_of(all) > 1; i++) {
		if (!(all & 1U << i))
			continue;
		next->actors = all & ~(1U << i);
		if (size_of(next->actors) < 2)
			become_alone(next);
		if (!was_tried(done, count, next))
			return true;
	}
	return false;
}

static bool in_one_way(const struct shrink_trial *done, size_t count, struct shrink_trial *next)
{
	if ((size_of(next->actors) < 2 && !next->twice) || next->one_interleaving)
		return false;
	next->one_interleaving = true;
	next->interleaving = next->shown_interleaving;
	return !was_tried(done, count, next);
}

static bool at_one_offset(const struct shrink_trial *done, size_t count, struct shrink_trial *next)
{
	if ((size_of(next->actors) != 2 && !next->twice) || next->at_one_offset)
		return false;
	next->at_one_offset = true;
	next->offset = next->shown_offset;
	return !was_tried(done, count, next);
}

/* Half of them; or as many as it took, if that is less */
static bool in_fewer_iterations(const struct shrink_trial *done, size_t count,
				struct shrink_trial *next)
{
	if (next->iterations <= FEW_ITERATIONS)
		return false;
	next->iterations =
		next->trials < next->iterations / 2 ? next->trials : next->iterations / 2;
	if (next->iterations < FEW_ITERATIONS)
		next->iterations = FEW_ITERATIONS;
	return !was_tried(done, count, next);
}

bool shrink_next(const struct shrink_trial *done, size_t count, struct shrink_trial *next)
{
	bool (*const ways[])(const struct shrink_trial *done, size_t count,
			     struct shrink_trial *next) = {with_fewer_actors, in_one_way,
							   at_one_offset, in_fewer_iterations};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		*next = *shrink_best(done, count);
		next->shown = false;
		if (ways[i](done, count, next))
			return true;
	}
	return false;
}
