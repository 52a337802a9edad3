/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_DETACH_HOOKS_H
#define CXL_COMMAND_DETACH_HOOKS_H

#include <stdbool.h>

#include "cxl/command/detach-plan.h"
#include "cxl/command/hooks.h"

struct detach_options;
struct json_object;

/*
 * Hooks before and after a detach. They get a plan, and may change the machine. The plan is then
 * made again, and must not exceed the one that they were told.
 */
struct detach_hooks {
	struct hook_session session;
	struct planned_detach told; /* empty if there are no hooks */
};

/**
 * detach_hooks_ask() - read the hooks; if there are any, make a plan, and call the pre phase
 *
 * Return: an exit status.
 */
int detach_hooks_ask(struct detach_hooks *hooks, const struct detach_options *options);

/**
 * detach_hooks_check() - check that the hooks were told of everything in this plan; an exit status
 */
int detach_hooks_check(const struct detach_hooks *hooks, const struct planned_detach *planned);

/** detach_hooks_follow() - tell the hooks what was done, and call the post phase */
void detach_hooks_follow(struct detach_hooks *hooks, const struct planned_detach *planned,
			 int status);

/** detach_hooks_ask_back() - call the pre phase of the reattach; an exit status */
int detach_hooks_ask_back(struct detach_hooks *hooks, const struct plan *plan);

/**
 * detach_hooks_plan() - add the hooks that would run to the plan @json; with --tree, print them
 *
 * Return: EXIT_REFUSED if they must not be run, EXIT_FAILED if they cannot be read, otherwise
 * EXIT_DONE.
 */
int detach_hooks_plan(const struct detach_options *options, struct json_object *json);

void detach_hooks_release(struct detach_hooks *hooks);

#endif
