/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_PREPARE_H
#define EXERCISE_PREPARE_H

#include <stdint.h>

#include "exercise/schedule.h"

struct baseline;
struct outcome;
struct plan;

/* What preparing a trial takes */
struct preparation {
	const struct baseline *baseline;
	const uint64_t *durations_us; /* by enum actor, how long it takes alone */
	struct plan *plan;	      /* becomes that of the latest actor that detaches */
};

/**
 * prepare_trial() - what each actor of a case is going to do: the operations of @outcome
 *
 * Return: NULL, or why one of them cannot, as a sentence; a new string that the caller frees.
 */
char *prepare_trial(const struct preparation *preparation, const struct race_case *race_case,
		    const struct trial *trial, struct outcome *outcome);

#endif
