/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_SEQUENCE_H
#define TEST_WALK_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "test/walk/commands.h"
#include "test/walk/draw.h"
#include "test/walk/invariants.h"
#include "test/walk/report.h"
#include "test/walk/state.h"

struct kmsg;

struct walk {
	struct machine machine;
	struct state baseline;
	struct commands commands;
	struct kmsg *kmsg;
	struct kernel_counts kernel;
	bool verbose;
	/* The counts of the walk */
	size_t nr_sequences, nr_moves;
};

enum walked {
	WALKED,		      /* every invariant held */
	WALKED_BROKEN,	      /* an invariant did not hold */
	WALKED_AND_UNPLUGGED, /* every invariant held, and the machine is not the baseline */
	WALKED_KERNEL, /* the kernel reported a documented bug: after it, nothing can be checked */
};

/**
 * sequence_walk() - walk the moves of a sequence whose bits are in @kept
 * @failed: the number of the move that broke an invariant; nr_moves: the end broke it
 *
 * The machine equals the baseline before the walk, and also after it if WALKED is returned.
 */
enum walked sequence_walk(struct walk *walk, const struct sequence *sequence, uint32_t kept,
			  size_t *failed, struct broken *broken);

/** sequence_restore() - restore the baseline without cxl; false if that is not possible */
bool sequence_restore(struct walk *walk);

/** sequence_print() - print the moves in a form that a person can paste, with "# " before them */
void sequence_print(const struct walk *walk, const struct sequence *sequence, uint32_t kept);

#endif
