/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_SHRINK_H
#define TEST_WALK_SHRINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reduce a failing sequence to the shortest one that still fails. Moves are left out one after the
 * other, until each remaining move is needed. Pure: the caller walks each candidate.
 */
struct shrinking {
	uint32_t kept; /* the moves of the shortest failing sequence, as bits */
	/* Private */
	size_t next;	   /* the move to leave out next, counted from the end */
	bool left_out_one; /* since the last pass began */
	size_t nr_moves;
};

/** shrink_begin() - begin with the moves in @kept, of the first @nr_moves, which failed */
void shrink_begin(struct shrinking *shrinking, uint32_t kept, size_t nr_moves);

/** shrink_next() - return a candidate, as bits of its moves; 0: each kept move is needed */
uint32_t shrink_next(struct shrinking *shrinking);

/** shrink_result() - tell whether the candidate failed with the same invariant */
void shrink_result(struct shrinking *shrinking, uint32_t candidate, bool failed);

#endif
