/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_SETTINGS_H
#define ATTACH_ACT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/flag.h"

struct step;

/*
 * Settings of the whole system that steps change for a while: the driver autoprobe of a bus
 * (STEP_AUTOPROBE). The administrator's setting is saved beside the journal before the first step,
 * and restored after the last step, whatever the results are. If this command was killed, the next
 * command restores it. All of this happens with the lock held (lock.h).
 *
 * A driver_override is a setting of a device. It is saved in the journal's entry of its host.
 */

/** settings_save() - save the settings that these steps change; 0 or a negative errno */
int settings_save(const struct step *steps, size_t count);

/**
 * settings_restore() - restore all saved settings, and delete what was saved
 *
 * The caller may do this while a step that does not need the settings is still in the kernel: these
 * writes wait for no device.
 *
 * Return: 0, or the first negative errno: a setting that could not be restored stays saved.
 * -EBADMSG: the saved setting is damaged.
 */
int settings_restore(void);

/**
 * settings_are_needed() - test whether a step changes the settings, or needs them for a while
 *
 * If they were restored too early, any driver could bind a device that a rescan finds.
 */
bool settings_are_needed(const struct step *step);

/** settings_autoprobe() - return the administrator's setting of driver autoprobe on the bus */
enum flag settings_autoprobe(const char *bus);

#endif
