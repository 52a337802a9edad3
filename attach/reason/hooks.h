/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_HOOKS_H
#define ATTACH_REASON_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/model/hook.h"

struct plan;

/* Which hooks run, in which order, and what they were told of */

/**
 * hook_directory_problem() - why no file in the directory of hooks must be run
 *
 * Return: NULL: nothing is wrong with it, or there is none; else a text: "not owned by root".
 */
const char *hook_directory_problem(const struct hooks *hooks);

/** hook_problem() - why this hook must not be run; as hook_directory_problem() */
const char *hook_problem(const struct hook *hook);

/** hook_phase_is_pre() - can a hook refuse in that phase? */
bool hook_phase_is_pre(enum hook_phase phase);

/** hook_phase_is_cancel() - does the phase undo what a pre phase has done? */
bool hook_phase_is_cancel(enum hook_phase phase);

/**
 * hook_at() - the @index-th hook of a phase
 *
 * Pre phases are in the order of names. What follows them undoes what they have done: it has the
 * opposite order.
 */
const struct hook *hook_at(const struct hooks *hooks, enum hook_phase phase, size_t index);

/**
 * hook_is_called() - does the phase call that hook, after all that has been called so far?
 *
 * A cancel phase calls those whose pre phase may have changed something: it was done, or it was
 * killed. A hook that refused had the time to undo what it had done.
 */
bool hook_is_called(const struct hooks *hooks, enum hook_phase phase, const struct hook *hook);

/**
 * plan_can_be_helped() - can hooks make an allowed plan of it, by ending what is in use?
 *
 * They cannot change what else is lost, or what cannot be undone.
 */
bool plan_can_be_helped(const struct plan *plan);

/**
 * plan_beyond() - the first thing that is lost by @now, and not by @told
 * @told: the plan that the hooks were given
 *
 * Memdevs are compared by their hosts, since a memdev can get another number. Return: its name;
 * NULL: there is none.
 */
const char *plan_beyond(const struct plan *told, const struct plan *now);

#endif
