/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_HOOKS_H
#define ATTACH_REASON_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/model/hook.h"

struct plan;

/* Which hooks run, in which order, and what they were told */

/**
 * hook_directory_problem() - find the reason why no file in the directory of hooks may run
 *
 * Return: a text: "not owned by root"; NULL if there is no such reason, or no directory.
 */
const char *hook_directory_problem(const struct hooks *hooks);

/** hook_problem() - find the reason why this hook may not run; as hook_directory_problem() */
const char *hook_problem(const struct hook *hook);

/** hook_phase_is_pre() - test whether a hook can refuse in a phase */
bool hook_phase_is_pre(enum hook_phase phase);

/** hook_phase_is_cancel() - test whether a phase undoes what a pre phase has done */
bool hook_phase_is_cancel(enum hook_phase phase);

/**
 * hook_at() - return the @index-th hook of a phase
 *
 * A pre phase runs the hooks in the order of their names. The other phases undo what the pre phase
 * has done, in the opposite order.
 */
const struct hook *hook_at(const struct hooks *hooks, enum hook_phase phase, size_t index);

/**
 * hook_is_called() - test whether a phase calls a hook, after all previous calls
 *
 * A cancel phase calls the hooks that may have changed something in the pre phase: those that
 * succeeded, and those that were killed. A hook that refused had the time to undo its changes.
 */
bool hook_is_called(const struct hooks *hooks, enum hook_phase phase, const struct hook *hook);

/**
 * plan_can_be_helped() - test whether hooks can make the plan allowed, by ending what is in use
 *
 * Hooks cannot change what else is lost, or what cannot be undone.
 */
bool plan_can_be_helped(const struct plan *plan);

/**
 * plan_beyond() - find the first thing that is lost by @now, and not by @told
 * @told: the plan that the hooks were given
 *
 * Memdevs are compared by their hosts, because a memdev can get another number. Return: its name;
 * NULL: there is none.
 */
const char *plan_beyond(const struct plan *told, const struct plan *now);

#endif
