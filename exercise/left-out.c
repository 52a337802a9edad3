// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "exercise/left-out.h"
#include "util/json.h"
#include "util/memory.h"

void left_out_add(struct left_out *left_out, enum actor actor, char *why)
{
	size_t i = left_out->count;

	APPEND(left_out->list, left_out->count);
	left_out->list[i].actor = actor;
	left_out->list[i].why = why;
}

void left_out_release(struct left_out *left_out)
{
	for (size_t i = 0; i < left_out->count; i++)
		free(left_out->list[i].why);
	free(left_out->list);
	*left_out = (struct left_out){0};
}

struct json_object *left_out_to_json(const struct left_out *left_out)
{
	struct json_object *array;

	if (!left_out || left_out->count == 0)
		return NULL;
	array = json_new_array();
	for (size_t i = 0; i < left_out->count; i++) {
		struct json_object *json = json_new_object();

		json_add_string(json, "actor", actor_name(left_out->list[i].actor));
		json_add_string(json, "why", left_out->list[i].why);
		json_append(array, json);
	}
	return array;
}
