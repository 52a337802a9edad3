/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_DO_STEP_H
#define ATTACH_ACT_DO_STEP_H

#include <stdbool.h>

struct step;

/** step_is_done() - is it already as the step would make it? Reads sysfs. */
bool step_is_done(const struct step *step);

/**
 * step_do() - do it; may sleep in the kernel for long, even for ever
 *
 * Return: 0, or a negative errno: what open(2), write(2) or libkmod said.
 */
int step_do(const struct step *step);

#endif
