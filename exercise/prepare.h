/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_PREPARE_H
#define EXERCISE_PREPARE_H

#include <stdint.h>

#include "exercise/schedule.h"

struct baseline;
struct outcome;
struct plan;

/* The input for preparing a trial */
struct preparation {
	const struct baseline *baseline;
	const uint64_t *durations_us; /* by enum actor, the time that it takes alone */
	struct plan *plan;	      /* set to the plan of the latest actor that detaches */
};

/**
 * prepare_trial() - prepare what each actor of a case will do: the operations of @outcome
 *
 * Return: NULL, or the reason why an actor cannot act, as a sentence; a new string that the caller
 * frees.
 */
char *prepare_trial(const struct preparation *preparation, const struct race_case *race_case,
		    const struct trial *trial, struct outcome *outcome);

#endif
