/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_INVARIANTS_H
#define TEST_WALK_INVARIANTS_H

#include <stddef.h>

#include "test/walk/move.h"
#include "test/walk/state.h"

/*
 * Find what a move has broken, from the machine before and after it, and from what the command
 * reported. Pure.
 */

/* A broken invariant */
struct broken {
	const char *invariant; /* its name, by which failures are compared */
	char detail[1024];
};

/** duty_begin() - begin the duty of a sequence */
void duty_begin(struct duty *duty, const struct state *baseline);

/**
 * duty_note_said() - record what a forced command said that it cannot undo, and whether it was
 * killed
 */
void duty_note_said(struct duty *duty, const struct outcome *outcome);

/**
 * invariants_check() - check what a move has broken
 * @duty: as it was before the move; updated
 *
 * Return: true if an invariant is broken, with the invariant in @broken.
 */
bool invariants_check(const struct machine *machine, const struct move *move,
		      const struct state *before, const struct outcome *outcome,
		      const struct state *after, struct duty *duty, struct broken *broken);

/**
 * invariants_check_end() - check at the end of a sequence that everything is as at its beginning
 */
bool invariants_check_end(const struct machine *machine, const struct state *baseline,
			  const struct state *after, struct broken *broken);

#endif
