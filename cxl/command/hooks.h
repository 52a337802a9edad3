/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_HOOKS_H
#define CXL_COMMAND_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/model/hook.h"
#include "util/child.h"
#include "util/options.h"

struct json_object;

/* Hooks for detach-memdev and attach-memdev, with their options and their messages */

struct hook_options {
	bool none, verbose;
	double timeout; /* seconds for each hook; 0: the default */
};

/* A table for an option_set, whose @base is the offset of its struct hook_options */
extern const struct command_option hook_options_table[];

/*
 * The hooks of one command. If there are none, the functions here do nothing and print nothing.
 *
 * From the first pre phase on, signals that would end the command are held. The command can then
 * cancel what the hooks have done.
 */
struct hook_session {
	const char *command; /* "cxl detach-memdev" */
	const struct hook_options *options;
	struct hooks hooks;
	struct child_interrupts interrupts;
	/* The hooks' input: the plan, and the names, separated by spaces */
	struct json_object *plan;
	char *memdevs, *hosts;
};

/**
 * hook_session_open() - read the hooks
 * @session: closed with hook_session_close(), whatever the result is
 *
 * Return: an exit status. After a message, EXIT_REFUSED if a hook must not be run, or EXIT_FAILED
 * if the hooks cannot be read.
 */
int hook_session_open(struct hook_session *session, const char *command,
		      const struct hook_options *options);

/** hook_session_close() - release the session; a signal that was held ends the command now */
void hook_session_close(struct hook_session *session);

/** hook_session_has_any() - test whether there is a hook to run */
bool hook_session_has_any(const struct hook_session *session);

/** hook_session_list() - print on stderr the hooks that these phases would call */
void hook_session_list(const struct hook_session *session, const enum hook_phase *phases,
		       size_t nr_phases);

/** hook_session_tell() - set the plan for the hooks; @plan then belongs to the session */
void hook_session_tell(struct hook_session *session, struct json_object *plan);

/** hook_session_tell_of() - add a host for the hooks; @memdev is below it, NULL if unknown */
void hook_session_tell_of(struct hook_session *session, const char *host, const char *memdev);

/** hook_session_has_told() - test whether the hooks have been told of that host */
bool hook_session_has_told(const struct hook_session *session, const char *host);

/** hook_session_ask() - call a pre phase; an exit status, EXIT_REFUSED after a message */
int hook_session_ask(struct hook_session *session, enum hook_phase phase);

/**
 * hook_session_commit() - end the time in which the operation can be canceled, and hold no signals
 *
 * Return: an exit status; EXIT_REFUSED if a signal has arrived: the operation must then not begin.
 * hook_session_close() lets the signal end the command, which prints a message.
 */
int hook_session_commit(struct hook_session *session);

/** hook_session_follow() - call a post phase; @status is the exit status of the operation */
void hook_session_follow(struct hook_session *session, enum hook_phase phase, int status);

/** hook_session_cancel() - call a cancel phase */
void hook_session_cancel(struct hook_session *session, enum hook_phase phase);

#endif
