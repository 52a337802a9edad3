/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_SETTINGS_H
#define ATTACH_ACT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/flag.h"

struct step;

/*
 * Settings of the whole system that steps change for a while: whether drivers bind by themselves to
 * the devices of a bus (STEP_AUTOPROBE). What the administrator has is written down beside the
 * journal before the first step, and put back after the last, however the steps ended; by the next
 * command, if this one was killed. All of it with the lock held (lock.h).
 *
 * A driver_override is a device's, and in the entry of the journal that its host is in.
 */

/** settings_save() - write down what these steps are going to change; 0 or a negative errno */
int settings_save(const struct step *steps, size_t count);

/**
 * settings_restore() - put back everything that is written down, and forget it
 *
 * Also while a step is still in the kernel that is not about them: these writes wait for no device.
 *
 * Return: 0, or the first negative errno: what could not be put back stays written down. -EBADMSG:
 * what is written down is damaged.
 */
int settings_restore(void);

/**
 * settings_are_needed() - does the step change them, or need them as they are for a while?
 *
 * The devices that a rescan finds after they were put back would get any driver.
 */
bool settings_are_needed(const struct step *step);

/** settings_autoprobe() - do drivers bind by themselves on the bus, as the administrator has it? */
enum flag settings_autoprobe(const char *bus);

#endif
