/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_RESCAN_H
#define ATTACH_REASON_RESCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/flag.h"

struct step;

/*
 * A rescan of the PCI bus finds every device that was removed, without its previous
 * driver_override. Until that is restored, no driver may bind. Pure.
 */

/** rescan_is_in() - test whether one of these steps is a STEP_RESCAN */
bool rescan_is_in(const struct step *steps, size_t count);

/**
 * rescan_guard() - return the steps in an order in which no device gets a wrong driver
 * @steps: with a STEP_RESCAN; without one, they are unchanged
 * @others: the STEP_OVERRIDE of each other device that the rescan may find
 * @autoprobe: the present driver autoprobe of the bus
 * @nr_guarded: set to the number of steps returned
 *
 * The bus is scanned once, and each driver_override is restored right after that. If there is an
 * override, and driver autoprobe is on, it is off during these steps. If driver autoprobe is off,
 * no step switches it on.
 *
 * Return: a new array that the caller frees; NULL if there are no steps.
 */
struct step *rescan_guard(const struct step *steps, size_t count, const struct step *others,
			  size_t nr_others, enum flag autoprobe, size_t *nr_guarded);

#endif
