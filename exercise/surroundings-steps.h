/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_SURROUNDINGS_STEPS_H
#define EXERCISE_SURROUNDINGS_STEPS_H

#include <stddef.h>

#include "exercise/schedule.h"

struct operation;
struct step;
struct surroundings;

/* The steps of the actors in actors_surrounding(), for this machine */

/**
 * surroundings_prepare() - prepare the steps of an actor in actors_surrounding(), which must be
 * possible
 */
void surroundings_prepare(const struct surroundings *surroundings, struct operation *operation);

/**
 * surroundings_restore() - make the steps that undo what these actors may have left undone
 * @steps: a new array that the caller frees; NULL: nothing
 *
 * A step changes nothing that is already as it should be. The steps do not concern the memdevs.
 */
void surroundings_restore(const struct surroundings *surroundings, actor_set actors,
			  struct step **steps, size_t *count);

#endif
