/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_DONE_H
#define ATTACH_READ_DONE_H

#include <stdbool.h>

#include "util/root.h"

struct step;

/**
 * step_is_done() - is the machine already as the step would make it? Reads sysfs.
 *
 * False for a step that leaves nothing behind by which that could be told (STEP_RESCAN, STEP_FLUSH,
 * STEP_LIST, STEP_OPEN, STEP_RESET), and where the step itself has to look (STEP_CREATE).
 */
bool step_is_done(struct root root, const struct step *step);

#endif
