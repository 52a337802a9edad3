/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_RESTORE_H
#define TEST_WALK_RESTORE_H

#include "test/walk/commands.h"
#include "test/walk/state.h"

/**
 * restore_by_hand() - undo what was done by hand in a sequence, and nothing else
 *
 * What a command detached stays detached: it is attach-memdev that has to restore it, also without
 * a journal. But only the journal knows that a host was not meant to have another driver, or the
 * root device none.
 */
void restore_by_hand(const struct commands *commands, const struct state *baseline,
		     const struct state *now, const struct duty *duty);

/** restore_all() - restore the whole machine without cxl, and forget the journal */
void restore_all(const struct commands *commands, const struct state *baseline);

#endif
