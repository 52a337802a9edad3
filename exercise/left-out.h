/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_LEFT_OUT_H
#define EXERCISE_LEFT_OUT_H

#include <stddef.h>

#include "exercise/schedule.h"

struct json_object;

/* The requested actors that do not take part: an actor that was not exercised has not passed. */
struct left_out {
	struct {
		enum actor actor;
		char *why; /* the reason as a sentence */
	} *list;
	size_t count;
};

/** left_out_add() - add an actor; @why then belongs to @left_out */
void left_out_add(struct left_out *left_out, enum actor actor, char *why);
void left_out_release(struct left_out *left_out);

/** left_out_to_json() - return an array of objects; NULL if no actor was left out */
struct json_object *left_out_to_json(const struct left_out *left_out);

#endif
