/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_RESTORE_H
#define TEST_WALK_RESTORE_H

#include "test/walk/commands.h"
#include "test/walk/state.h"

/**
 * restore_by_hand() - undo what was done by hand in a sequence, and nothing else
 *
 * What a command detached stays detached: attach-memdev must restore it, even without a journal.
 * But only the journal shows that a host was to have another driver, or that the root device was to
 * have none.
 */
void restore_by_hand(const struct commands *commands, const struct state *baseline,
		     const struct state *now, const struct duty *duty);

/** restore_all() - restore the whole machine without cxl, and delete the journal */
void restore_all(const struct commands *commands, const struct state *baseline);

#endif
