/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_HOOKS_H
#define ATTACH_ACT_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/model/hook.h"

struct child_interrupts;

/*
 * Run hooks, one after the other, as util/child.h runs programs. They run while the lock of the
 * commands is held (lock.h). Otherwise the hooks of two commands could alternately stop and start
 * the same services. A command never waits for that lock, and a listing does not take it. A hook
 * that runs one of them therefore cannot wait for itself.
 */

struct hook_call {
	enum hook_phase phase;
	const char *memdevs, *hosts; /* names, separated by spaces */
	const char *input;	     /* JSON, for the standard input of each hook */
	int status;		     /* for a post phase: the exit status of the operation */
	uint64_t timeout_us;	     /* the time for each hook */
	/*
	 * If held, a signal ends the current hook, and no further hook begins. A cancel phase is
	 * not interrupted, because it follows a signal.
	 */
	const struct child_interrupts *interrupts;
	void (*begin)(void *data, const struct hook *hook, enum hook_phase phase);
	void (*end)(void *data, const struct hook_result *result);
	void *data;
};

/**
 * hooks_run() - run the hooks that a phase calls (hook_is_called())
 * @hooks: gets the results
 *
 * A pre phase ends at the first hook that does not succeed.
 *
 * Return: whether all hooks succeeded.
 */
bool hooks_run(struct hooks *hooks, const struct hook_call *call);

#endif
