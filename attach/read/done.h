/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_DONE_H
#define ATTACH_READ_DONE_H

#include <stdbool.h>

#include "util/root.h"

struct step;

/**
 * step_is_done() - test whether the state is already as the step would make it; reads sysfs
 *
 * Return: false also for a step that leaves no visible state (STEP_RESCAN, STEP_FLUSH, STEP_LIST,
 * STEP_OPEN, STEP_RESET), and for one that must look itself (STEP_CREATE).
 */
bool step_is_done(struct root root, const struct step *step);

#endif
