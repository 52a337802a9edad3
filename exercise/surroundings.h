/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_SURROUNDINGS_H
#define EXERCISE_SURROUNDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "exercise/schedule.h"

struct attach_answers;
struct snapshot_memdev;

/*
 * The devices and files beside the memdev that some actors need: a slot, a file that can be mapped,
 * an expander. If one is missing, the actor is left out, with the reason.
 *
 * Its texts belong to this struct. Its memdevs belong to the snapshot that it was read for.
 */
struct surroundings {
	char *window;	    /* the name of the provider's file in /dev */
	char *fwctl;	    /* fwctl0 */
	bool resets;	    /* the host has a file "reset" */
	char *slot;	    /* the name of the host's slot */
	char *port;	    /* the PCI port above the host: 0000:10:00.0 */
	bool refuses;	    /* the host's module has the parameter "refuse" */
	char *other_module; /* the module of another provider, which is not loaded */
	const struct snapshot_memdev *memdev;	/* the memdev that is exercised */
	const struct snapshot_memdev *neighbor; /* another attached memdev; NULL: none on its bus */
	const struct snapshot_memdev
		*expander;	  /* without a region, in the same window; NULL: none */
	const char *root_decoder; /* of that window; NULL: the memdev has no region */
	char *block;		  /* memory115 */
	bool block_online;	  /* the memory block is online */
};

/**
 * surroundings_read() - read the devices and files around an attached memdev
 * @answers: with their snapshot, whose dependents were read (snapshot_read_dependents())
 *
 * The caller releases @surroundings with surroundings_release().
 */
void surroundings_read(const struct attach_answers *answers, const struct snapshot_memdev *memdev,
		       struct surroundings *surroundings);

/** surroundings_read_module() - also find another installed provider; reads files of modules */
void surroundings_read_module(const struct snapshot_memdev *memdev,
			      struct surroundings *surroundings);
void surroundings_release(struct surroundings *surroundings);

/**
 * surroundings_lack() - return the reason why an actor is not possible, as a sentence; NULL if it
 * is possible
 */
const char *surroundings_lack(const struct surroundings *surroundings, enum actor actor);

#endif
