/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_DRAW_H
#define TEST_WALK_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "test/walk/move.h"

/*
 * Which moves a sequence has: the same ones for the same seed, number and machine. Pure.
 *
 * Each sequence has a part of the kinds of moves, and of the methods, so that some sequences have
 * the same method several times, and some have nothing that hinders the commands.
 */

#define MOVES_MAX 32

struct sequence {
	uint64_t seed, number; /* which one it is */
	struct move moves[MOVES_MAX];
	size_t nr_moves;
};

/**
 * draw_sequence() - draw the sequence of that number
 * @nr_moves: how many at most, at least 2
 */
void draw_sequence(const struct machine *machine, uint64_t seed, uint64_t number, size_t nr_moves,
		   struct sequence *sequence);

#endif
