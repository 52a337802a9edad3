/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_OBSERVE_H
#define TEST_WALK_OBSERVE_H

#include "test/walk/move.h"
#include "test/walk/state.h"

/** observe_machine() - which machine this is: its attached hosts; 0, or -ENODEV if it has none */
int observe_machine(struct machine *machine);

/** observe_state() - the machine now; the truth module has to be loaded */
void observe_state(const struct machine *machine, struct state *state);

/** observe_truth() - what the kernel says of a memdev: 1 it has an attach method, 0 it has none, -1
 * it is not there */
int observe_truth(const char *memdev);

#endif
