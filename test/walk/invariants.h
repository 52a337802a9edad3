/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_INVARIANTS_H
#define TEST_WALK_INVARIANTS_H

#include <stddef.h>

#include "test/walk/move.h"
#include "test/walk/state.h"

/*
 * What is broken after a move, from what the machine was before and is after it, and from what the
 * command said. Pure.
 */

/* One of them that is broken */
struct broken {
	const char *invariant; /* a name, by which failures are compared */
	char detail[1024];
};

/** duty_begin() - at the beginning of a sequence */
void duty_begin(struct duty *duty, const struct state *baseline);

/** duty_note_said() - what a command said that it cannot undo, and was forced; and that it was
 * killed */
void duty_note_said(struct duty *duty, const struct outcome *outcome);

/**
 * invariants_check() - what a move has broken
 * @duty: as it was before the move; updated
 *
 * Return: true if one is broken, which is in @broken.
 */
bool invariants_check(const struct machine *machine, const struct move *move,
		      const struct state *before, const struct outcome *outcome,
		      const struct state *after, struct duty *duty, struct broken *broken);

/** invariants_check_end() - at the end of a sequence: is everything as it was at its beginning? */
bool invariants_check_end(const struct machine *machine, const struct state *baseline,
			  const struct state *after, struct broken *broken);

#endif
