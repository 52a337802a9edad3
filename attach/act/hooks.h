/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_HOOKS_H
#define ATTACH_ACT_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/model/hook.h"

struct child_interrupts;

/*
 * Runs hooks, one after the other, as util/child.h runs programs. They run while the lock of the
 * commands is held (lock.h): the hooks of two commands would stop and start the same services in
 * turns. A command never waits for that lock, and a listing does not take it, so that a hook which
 * runs one cannot wait for itself.
 */

struct hook_call {
	enum hook_phase phase;
	const char *memdevs, *hosts; /* names, with spaces between them */
	const char *input;	     /* JSON, the standard input of each hook */
	int status;		     /* of a post phase: the exit status of the operation */
	uint64_t timeout_us;	     /* for each hook */
	/* Held: a signal ends the hook that runs, and no other is begun. A cancel phase is not
	 * interrupted: it is what comes after a signal. */
	const struct child_interrupts *interrupts;
	void (*begin)(void *data, const struct hook *hook, enum hook_phase phase);
	void (*end)(void *data, const struct hook_result *result);
	void *data;
};

/**
 * hooks_run() - run what a phase calls (hook_is_called()); of a pre phase, until one is not done
 * @hooks: gets the results
 *
 * Return: were all done?
 */
bool hooks_run(struct hooks *hooks, const struct hook_call *call);

#endif
