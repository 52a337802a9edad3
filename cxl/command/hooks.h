/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_HOOKS_H
#define CXL_COMMAND_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/model/hook.h"
#include "util/child.h"
#include "util/options.h"

struct json_object;

/* Hooks as detach-memdev and attach-memdev call them, with their options and their messages */

struct hook_options {
	bool none, verbose;
	double timeout; /* seconds, for each hook; 0: the default */
};

/* A table of an option_set, with @base where its struct hook_options is */
extern const struct command_option hook_options_table[];

/*
 * One command's. Without hooks, no function here does anything, or says anything.
 *
 * From the first pre phase on, signals that would end the command are held, so that it can cancel
 * what the hooks have done.
 */
struct hook_session {
	const char *command; /* "cxl detach-memdev" */
	const struct hook_options *options;
	struct hooks hooks;
	struct child_interrupts interrupts;
	/* What the hooks are told: the plan, and names with spaces between them */
	struct json_object *plan;
	char *memdevs, *hosts;
};

/**
 * hook_session_open() - read which hooks there are
 * @session: closed with hook_session_close(), whatever was returned
 *
 * Return: an exit status. After a message, EXIT_REFUSED if there is something that must not be run,
 * or EXIT_FAILED if it cannot be known what there is.
 */
int hook_session_open(struct hook_session *session, const char *command,
		      const struct hook_options *options);

/** hook_session_close() - release it; a signal that was held ends the command now */
void hook_session_close(struct hook_session *session);

/** hook_session_has_any() - is there any hook to run? */
bool hook_session_has_any(const struct hook_session *session);

/** hook_session_list() - print on stderr which hooks these phases would call */
void hook_session_list(const struct hook_session *session, const enum hook_phase *phases,
		       size_t nr_phases);

/** hook_session_tell() - what hooks are told from now on; @plan is the session's then */
void hook_session_tell(struct hook_session *session, struct json_object *plan);

/** hook_session_tell_of() - and about which host; @memdev: below it; NULL: not known */
void hook_session_tell_of(struct hook_session *session, const char *host, const char *memdev);

/** hook_session_has_told() - have the hooks been told of that host? */
bool hook_session_has_told(const struct hook_session *session, const char *host);

/** hook_session_ask() - a pre phase; an exit status, EXIT_REFUSED after a message */
int hook_session_ask(struct hook_session *session, enum hook_phase phase);

/**
 * hook_session_commit() - nothing is canceled any more: signals are not held any more
 *
 * Return: an exit status; EXIT_REFUSED if there has been a signal: then the operation must not
 * begin. hook_session_close() lets the signal end the command, which says so.
 */
int hook_session_commit(struct hook_session *session);

/** hook_session_follow() - a post phase; @status: the exit status of the operation */
void hook_session_follow(struct hook_session *session, enum hook_phase phase, int status);

/** hook_session_cancel() - a cancel phase */
void hook_session_cancel(struct hook_session *session, enum hook_phase phase);

#endif
