// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>

#include "attach/act/hooks.h"
#include "attach/reason/hooks.h"
#include "util/child.h"
#include "util/cleanup.h"
#include "util/memory.h"

/*
 * Do not inherit the caller's environment, by which a user of sudo(8) could change what a hook does
 */
static char **make_environment(const struct hook_call *call)
{
	uint64_t seconds = call->timeout_us / 1000000;
	const char *journal = getenv("CXL_STATE_DIR");
	char **list = NULL;
	size_t count = 0;

	*APPEND(list, count) =
		xasprintf("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	*APPEND(list, count) = xasprintf("HOME=/root");
	*APPEND(list, count) = xasprintf("LC_ALL=C.UTF-8");
	*APPEND(list, count) = xasprintf("CXL_MEMDEVS=%s", call->memdevs);
	*APPEND(list, count) = xasprintf("CXL_HOSTS=%s", call->hosts);
	*APPEND(list, count) = xasprintf("CXL_HOOK_TIMEOUT=%ju", (uintmax_t)seconds);
	if (!hook_phase_is_pre(call->phase) && !hook_phase_is_cancel(call->phase))
		*APPEND(list, count) = xasprintf("CXL_STATUS=%d", call->status);
	if (journal)
		*APPEND(list, count) = xasprintf("CXL_STATE_DIR=%s", journal);
	APPEND(list, count);
	return list;
}

static void release_environment(char **list)
{
	for (size_t i = 0; list[i]; i++)
		free(list[i]);
	free(list);
}

static struct hook_result result_of(const struct child_result *child)
{
	static const enum hook_end ends[] = {
		[CHILD_EXITED] = HOOK_DONE,	    [CHILD_KILLED] = HOOK_KILLED,
		[CHILD_TIMED_OUT] = HOOK_TIMED_OUT, [CHILD_INTERRUPTED] = HOOK_INTERRUPTED,
		[CHILD_NOT_RUN] = HOOK_NOT_RUN,
	};
	struct hook_result result = {
		.end = ends[child->end], .number = child->number, .took_us = child->took_us};

	if (child->end == CHILD_EXITED && child->number != 0)
		result.end = HOOK_FAILED;
	return result;
}

static struct hook_result run_one(const struct hook *hook, const struct hook_call *call,
				  char *const *environment)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", HOOK_DIRECTORY, hook->name);
	_cleanup_free_ char *phase = xasprintf("%s", hook_phase_name(call->phase));
	char *const arguments[] = {path, phase, NULL};
	const struct child_task task = {
		.arguments = arguments,
		.environment = environment,
		.input = call->input,
		.timeout_us = call->timeout_us,
		.interrupts = hook_phase_is_cancel(call->phase) ? NULL : call->interrupts,
	};
	struct child_result child;
	struct hook_result result;

	child_run(&task, &child);
	result = result_of(&child);
	result.hook = hook->name;
	result.phase = call->phase;
	return result;
}

bool hooks_run(struct hooks *hooks, const struct hook_call *call)
{
	char **environment = make_environment(call);
	bool all_done = true, goes_on = true;

	for (size_t i = 0; goes_on && i < hooks->count; i++) {
		const struct hook *hook = hook_at(hooks, call->phase, i);
		struct hook_result *result;

		if (!hook_is_called(hooks, call->phase, hook))
			continue;
		call->begin(call->data, hook, call->phase);
		result = APPEND(hooks->results, hooks->nr_results);
		*result = run_one(hook, call, environment);
		call->end(call->data, result);
		all_done &= result->end == HOOK_DONE;
		goes_on = all_done ||
			  (!hook_phase_is_pre(call->phase) && result->end != HOOK_INTERRUPTED);
	}
	release_environment(environment);
	return all_done;
}
