/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_SURROUNDINGS_STEPS_H
#define EXERCISE_SURROUNDINGS_STEPS_H

#include <stddef.h>

#include "exercise/schedule.h"

struct operation;
struct step;
struct surroundings;

/* What the actors of actors_surrounding() do with what there is */

/** surroundings_prepare() - what an actor of actors_surrounding() does, which has to be possible */
void surroundings_prepare(const struct surroundings *surroundings, struct operation *operation);

/**
 * surroundings_restore() - what undoes what these actors may have left undone
 * @steps: a new array that the caller frees; NULL: nothing
 *
 * Each step changes nothing that is as it should be. The memdevs are not part of it.
 */
void surroundings_restore(const struct surroundings *surroundings, actor_set actors,
			  struct step **steps, size_t *count);

#endif
