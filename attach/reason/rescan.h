/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_RESCAN_H
#define ATTACH_REASON_RESCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/flag.h"

struct step;

/*
 * A rescan of the PCI bus finds every device that was removed, without the driver_override that it
 * had. Until that is restored, no driver may bind. Pure.
 */

/** rescan_is_in() - is one of these steps a STEP_RESCAN? */
bool rescan_is_in(const struct step *steps, size_t count);

/**
 * rescan_guard() - the same steps, in an order in which no device gets a driver that is not its own
 * @steps: with a STEP_RESCAN; without one, they stay as they are
 * @others: the STEP_OVERRIDE of each other device that the rescan may find
 * @autoprobe: do drivers bind by themselves on the bus now?
 * @nr_guarded: set to the number of steps returned
 *
 * The bus is scanned once, and each driver_override is restored right after that. If there is one,
 * and drivers bind by themselves, they do not meanwhile. Where they do not, nothing turns that on.
 *
 * Return: a new array that the caller frees; NULL if there are no steps.
 */
struct step *rescan_guard(const struct step *steps, size_t count, const struct step *others,
			  size_t nr_others, enum flag autoprobe, size_t *nr_guarded);

#endif
