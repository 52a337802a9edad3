// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "attach/model/plan.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/hooks.h"
#include "util/text.h"

/* A user who can write a file of hooks decides what root runs. */
static const char *owner_problem(const struct hook *hook)
{
	if (!hook->is_of_root)
		return "not owned by root";
	return hook->is_writable_by_others ? "writable by others than its owner" : NULL;
}

const char *hook_directory_problem(const struct hooks *hooks)
{
	if (hooks->directory.error)
		return strerror(-hooks->directory.error);
	return hooks->has_directory ? owner_problem(&hooks->directory) : NULL;
}

const char *hook_problem(const struct hook *hook)
{
	const char *problem = owner_problem(hook);

	if (hook->error)
		return strerror(-hook->error);
	if (!hook->is_file)
		return "not a file";
	if (!problem && !hook->is_executable)
		problem = "not executable";
	return problem;
}

bool hook_phase_is_pre(enum hook_phase phase)
{
	return phase == HOOK_PRE_DETACH || phase == HOOK_PRE_ATTACH;
}

bool hook_phase_is_cancel(enum hook_phase phase)
{
	return phase == HOOK_CANCEL_DETACH || phase == HOOK_CANCEL_ATTACH;
}

const struct hook *hook_at(const struct hooks *hooks, enum hook_phase phase, size_t index)
{
	return &hooks->list[hook_phase_is_pre(phase) ? index : hooks->count - 1 - index];
}

static const struct hook_result *find_result(const struct hooks *hooks, enum hook_phase phase,
					     const struct hook *hook)
{
	for (size_t i = 0; i < hooks->nr_results; i++) {
		if (hooks->results[i].phase == phase && streq(hooks->results[i].hook, hook->name))
			return &hooks->results[i];
	}
	return NULL;
}

bool hook_is_called(const struct hooks *hooks, enum hook_phase phase, const struct hook *hook)
{
	enum hook_phase pre = phase == HOOK_CANCEL_DETACH ? HOOK_PRE_DETACH : HOOK_PRE_ATTACH;
	const struct hook_result *result;

	if (!hook_phase_is_cancel(phase))
		return true;
	result = find_result(hooks, pre, hook);
	return result && result->end != HOOK_FAILED && result->end != HOOK_NOT_RUN;
}

bool plan_can_be_helped(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_excess; i++) {
		if (!plan->excess[i].user)
			return false;
	}
	return true;
}

static bool has_host(const struct plan *plan, const char *host)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		if (streq(plan->memdevs[i]->host.name, host))
			return true;
	}
	for (size_t i = 0; i < plan->nr_hosts; i++) {
		if (streq(plan->hosts[i], host))
			return true;
	}
	return false;
}

static bool has_other(const struct plan *plan, const char *memdev)
{
	for (size_t i = 0; i < plan->nr_others; i++) {
		if (streq(plan->others[i]->name, memdev))
			return true;
	}
	return false;
}

static bool has_region(const struct plan *plan, const char *region)
{
	for (size_t i = 0; i < plan->nr_regions; i++) {
		if (streq(plan->regions[i]->name, region))
			return true;
	}
	return false;
}

const char *plan_beyond(const struct plan *told, const struct plan *now)
{
	for (size_t i = 0; i < now->nr_memdevs; i++) {
		if (!has_host(told, now->memdevs[i]->host.name))
			return now->memdevs[i]->name;
	}
	for (size_t i = 0; i < now->nr_hosts; i++) {
		if (!has_host(told, now->hosts[i]))
			return now->hosts[i];
	}
	for (size_t i = 0; i < now->nr_others; i++) {
		if (!has_other(told, now->others[i]->name))
			return now->others[i]->name;
	}
	for (size_t i = 0; i < now->nr_regions; i++) {
		if (!has_region(told, now->regions[i]->name))
			return now->regions[i]->name;
	}
	return NULL;
}
