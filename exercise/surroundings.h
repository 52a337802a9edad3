/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_SURROUNDINGS_H
#define EXERCISE_SURROUNDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "exercise/schedule.h"

struct attach_answers;
struct snapshot_memdev;

/*
 * What some actors need of the machine beside the memdev: a slot, a file that can be mapped, an
 * expander. Where it is missing, the actor is left out, and why is said.
 *
 * Its texts are its own; the memdevs in it belong to the snapshot that it was read for.
 */
struct surroundings {
	char *window;				/* in /dev, registered by the provider: its name */
	char *fwctl;				/* fwctl0 */
	bool resets;				/* has the host a file "reset"? */
	char *slot;				/* of the host: its name */
	char *port;				/* above the host: 0000:10:00.0 */
	bool refuses;				/* has its module the parameter "refuse"? */
	char *other_module;			/* of another provider, which is not loaded */
	const struct snapshot_memdev *memdev;	/* that is exercised */
	const struct snapshot_memdev *neighbor; /* attached, too; NULL: none on its bus */
	const struct snapshot_memdev
		*expander;	  /* in the same window; NULL: none without a region */
	const char *root_decoder; /* of that window; NULL: without a region */
	char *block;		  /* memory115 */
	bool block_online;	  /* is it online? */
};

/**
 * surroundings_read() - what there is around an attached memdev
 * @answers: with their snapshot, whose dependents were read (snapshot_read_dependents())
 *
 * It is released with surroundings_release().
 */
void surroundings_read(const struct attach_answers *answers, const struct snapshot_memdev *memdev,
		       struct surroundings *surroundings);

/** surroundings_read_module() - and which other provider is installed: reads files of modules */
void surroundings_read_module(const struct snapshot_memdev *memdev,
			      struct surroundings *surroundings);
void surroundings_release(struct surroundings *surroundings);

/** surroundings_lack() - why an actor is not possible, as a sentence; NULL: it is */
const char *surroundings_lack(const struct surroundings *surroundings, enum actor actor);

#endif
