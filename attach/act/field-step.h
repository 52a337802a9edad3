/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_FIELD_STEP_H
#define ATTACH_ACT_FIELD_STEP_H

struct step;

/**
 * field_step() - do a step of the exerciser's that takes more than a write to one file of sysfs
 *
 * STEP_HOLD, STEP_LINK, STEP_CREATE and STEP_DESTROY: for step_write().
 *
 * Return: 0 or a negative errno. -EOPNOTSUPP: the port does not let its link be disabled.
 */
int field_step(const struct step *step);

#endif
