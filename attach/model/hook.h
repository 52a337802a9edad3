/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_HOOK_H
#define ATTACH_MODEL_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Hooks: the administrator's programs, which run before and after a detach or an attach */

/* The directory of the hooks */
#define HOOK_DIRECTORY "/etc/cxl/detach.d"

/*
 * The reason why a hook is called, its only argument. A pre hook may refuse. It is canceled if
 * nothing is changed after it.
 */
enum hook_phase {
	HOOK_PRE_DETACH,
	HOOK_POST_DETACH,
	HOOK_CANCEL_DETACH,
	HOOK_PRE_ATTACH,
	HOOK_POST_ATTACH,
	HOOK_CANCEL_ATTACH,
	NR_HOOK_PHASES,
};

/* The properties because of which a file must not be run: stat(2) of the target of a link */
struct hook {
	char *name;
	int error; /* the negative errno of stat(2); the other members are then unknown */
	bool is_file, is_executable;
	bool is_of_root, is_writable_by_others; /* writable by its group, or by all users */
};

/* How a call of a hook ended */
enum hook_end {
	HOOK_DONE,	  /* exit status 0 */
	HOOK_FAILED,	  /* another exit status: @number */
	HOOK_KILLED,	  /* by the signal @number */
	HOOK_TIMED_OUT,	  /* it did not end in time, and was killed */
	HOOK_INTERRUPTED, /* the command received a signal, and killed it */
	HOOK_NOT_RUN,	  /* it could not be run: @number is a negative errno */
};

struct hook_result {
	const char *hook;
	enum hook_phase phase;
	enum hook_end end;
	int number;
	uint64_t took_us;
};

/* All zero: the directory does not exist */
struct hooks {
	bool has_directory;
	struct hook directory; /* the directory itself, without a name */
	struct hook *list;     /* sorted by name, as by strcmp(3) */
	size_t count;
	char **ignored; /* the other names in the directory */
	size_t nr_ignored;
	struct hook_result *results; /* of all calls, in order */
	size_t nr_results;
};

/**
 * hook_name_is_valid() - test a name by the rule of run-parts(8): letters, digits, '_' and '-'
 *
 * Files that packages and editors leave behind are therefore not hooks: hook.dpkg-old, hook~.
 */
bool hook_name_is_valid(const char *name);

/** hook_phase_name() - return "pre-detach", ... */
const char *hook_phase_name(enum hook_phase phase);

/** hook_end_name() - return "done", "failed", "killed", "timed-out", "interrupted" or "not-run" */
const char *hook_end_name(enum hook_end end);

void hooks_release(struct hooks *hooks);

#endif
