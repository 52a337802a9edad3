/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_LEFT_OUT_H
#define EXERCISE_LEFT_OUT_H

#include <stddef.h>

#include "exercise/schedule.h"

struct json_object;

/* The actors that were wanted, and do not take part: what was not done has not passed. */
struct left_out {
	struct {
		enum actor actor;
		char *why; /* as a sentence */
	} *list;
	size_t count;
};

/** left_out_add() - one more; @why is taken over */
void left_out_add(struct left_out *left_out, enum actor actor, char *why);
void left_out_release(struct left_out *left_out);

/** left_out_to_json() - an array of objects; NULL: there is none */
struct json_object *left_out_to_json(const struct left_out *left_out);

#endif
