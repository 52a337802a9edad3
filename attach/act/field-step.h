/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_FIELD_STEP_H
#define ATTACH_ACT_FIELD_STEP_H

struct step;

/**
 * field_step() - run a step of the exerciser that takes more than one write to a file of sysfs
 *
 * It handles STEP_HOLD, STEP_LINK, STEP_CREATE and STEP_DESTROY, for step_write().
 *
 * Return: 0 or a negative errno. -EOPNOTSUPP: the link of the port cannot be disabled.
 */
int field_step(const struct step *step);

#endif
