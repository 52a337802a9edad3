// SPDX-License-Identifier: LGPL-2.1-only
#include "cxl/attach/shrink.h"

/* Fewer iterations than these are not worth looking for. */
#define FEW_ITERATIONS 4

const struct attempt *shrink_best(const struct attempt *done, size_t count)
{
	const struct attempt *best = &done[0];

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

static bool was_tried(const struct attempt *done, size_t count, const struct attempt *attempt)
{
	for (size_t i = 0; i < count; i++) {
		if (done[i].actors == attempt->actors && done[i].twice == attempt->twice &&
		    done[i].one_way == attempt->one_way && done[i].way == attempt->way &&
		    done[i].at_one_place == attempt->at_one_place &&
		    done[i].iterations <= attempt->iterations)
			return true;
	}
	return false;
}

/* One actor alone has no place, and only one way. */
static void become_alone(struct attempt *next)
{
	next->twice = false;
	next->at_one_place = false;
	next->one_way = false;
	next->way = WAY_TURNS;
}

/* Without one of the actors */
static bool with_fewer_actors(const struct attempt *done, size_t count, struct attempt *next)
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

static bool in_one_way(const struct attempt *done, size_t count, struct attempt *next)
{
	if ((size_of(next->actors) < 2 && !next->twice) || next->one_way)
		return false;
	next->one_way = true;
	next->way = next->shown_way;
	return !was_tried(done, count, next);
}

static bool at_one_place(const struct attempt *done, size_t count, struct attempt *next)
{
	if ((size_of(next->actors) != 2 && !next->twice) || next->at_one_place)
		return false;
	next->at_one_place = true;
	next->place = next->shown_place;
	return !was_tried(done, count, next);
}

/* Half of them; or as many as it took, if that is less */
static bool in_fewer_iterations(const struct attempt *done, size_t count, struct attempt *next)
{
	if (next->iterations <= FEW_ITERATIONS)
		return false;
	next->iterations =
		next->trials < next->iterations / 2 ? next->trials : next->iterations / 2;
	if (next->iterations < FEW_ITERATIONS)
		next->iterations = FEW_ITERATIONS;
	return !was_tried(done, count, next);
}

bool shrink_next(const struct attempt *done, size_t count, struct attempt *next)
{
	bool (*const ways[])(const struct attempt *done, size_t count, struct attempt *next) = {
		with_fewer_actors, in_one_way, at_one_place, in_fewer_iterations};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		*next = *shrink_best(done, count);
		next->shown = false;
		if (ways[i](done, count, next))
			return true;
	}
	return false;
}
