/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_OBSERVE_H
#define TEST_WALK_OBSERVE_H

#include "test/walk/move.h"
#include "test/walk/state.h"

/** observe_machine() - find the machine's attached hosts; 0, or -ENODEV if it has none */
int observe_machine(struct machine *machine);

/** observe_state() - observe the present machine; the truth module must be loaded */
void observe_state(const struct machine *machine, struct state *state);

/**
 * observe_truth() - return what the kernel says about a memdev
 *
 * Return: 1 if it has an attach method, 0 if it has none, -1 if it does not exist.
 */
int observe_truth(const char *memdev);

#endif
