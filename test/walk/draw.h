/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_DRAW_H
#define TEST_WALK_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "test/walk/move.h"

/*
 * Draw the moves of a sequence: the same moves for the same seed, number and machine. Pure.
 *
 * Each sequence uses a part of the kinds of moves, and of the methods. Some sequences thus have the
 * same method several times, and some have nothing that hinders the commands.
 */

#define MOVES_MAX 32

struct sequence {
	uint64_t seed, number; /* the seed, and the number of the sequence */
	struct move moves[MOVES_MAX];
	size_t nr_moves;
};

/**
 * draw_sequence() - draw the sequence of that number
 * @nr_moves: the maximum number of moves, at least 2
 */
void draw_sequence(const struct machine *machine, uint64_t seed, uint64_t number, size_t nr_moves,
		   struct sequence *sequence);

#endif
