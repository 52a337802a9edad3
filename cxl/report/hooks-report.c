// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "attach/reason/hooks.h"
#include "cxl/report/hooks-report.h"
#include "util/json.h"

static struct json_object *report_call(const char *hook, enum hook_phase phase)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "phase", hook_phase_name(phase));
	json_add_string(json, "hook", hook);
	return json;
}

struct json_object *report_hook_calls(const struct hooks *hooks, const enum hook_phase *phases,
				      size_t nr_phases)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < nr_phases; i++) {
		for (size_t j = 0; j < hooks->count; j++) {
			const struct hook *hook = hook_at(hooks, phases[i], j);
			struct json_object *json = report_call(hook->name, phases[i]);

			json_add_string(json, "problem", hook_problem(hook));
			json_append(array, json);
		}
	}
	return array;
}

struct json_object *report_hook_results(const struct hooks *hooks)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < hooks->nr_results; i++) {
		const struct hook_result *result = &hooks->results[i];
		struct json_object *json = report_call(result->hook, result->phase);

		json_add_string(json, "result", hook_end_name(result->end));
		if (result->end == HOOK_FAILED)
			json_add_number(json, "status", (uint64_t)result->number);
		if (result->end == HOOK_KILLED)
			json_add_number(json, "signal", (uint64_t)result->number);
		if (result->end == HOOK_NOT_RUN)
			json_add_string(json, "error", strerror(-result->number));
		json_add_number(json, "took_us", result->took_us);
		json_append(array, json);
	}
	return array;
}
