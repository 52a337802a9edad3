/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_SHRINK_H
#define TEST_WALK_SHRINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * From a sequence that fails to the shortest that still does: moves are left out one after the
 * other, until each that is left is needed. Pure: the caller walks each candidate.
 */
struct shrinking {
	uint32_t kept; /* bits of the moves of the shortest that has failed */
	/* Private */
	size_t next;	   /* the move to leave out next, counted from the end */
	bool left_out_one; /* since the last pass began */
	size_t nr_moves;
};

/** shrink_begin() - the whole sequence has failed at the move with number @failed */
void shrink_begin(struct shrinking *shrinking, uint32_t kept, size_t nr_moves);

/** shrink_next() - a candidate, as bits of its moves; 0: each move that is kept is needed */
uint32_t shrink_next(struct shrinking *shrinking);

/** shrink_result() - did the candidate fail in the same manner? */
void shrink_result(struct shrinking *shrinking, uint32_t candidate, bool failed);

#endif
