/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_HOOK_H
#define ATTACH_MODEL_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Hooks: programs of the administrator's, which run before and after a detach or an attach */

/* Where they are */
#define HOOK_DIRECTORY "/etc/cxl/detach.d"

/* What a hook is called for, its only argument. A pre hook may refuse; it is canceled if, after it,
 * nothing is changed. */
enum hook_phase {
	HOOK_PRE_DETACH,
	HOOK_POST_DETACH,
	HOOK_CANCEL_DETACH,
	HOOK_PRE_ATTACH,
	HOOK_POST_ATTACH,
	HOOK_CANCEL_ATTACH,
	NR_HOOK_PHASES,
};

/* What could make a file one that must not be run: stat(2) of what a link leads to */
struct hook {
	char *name;
	int error; /* of stat(2), a negative errno; then nothing else is known */
	bool is_file, is_executable;
	bool is_of_root, is_writable_by_others; /* by its group, or by all */
};

/* How a call of a hook ended */
enum hook_end {
	HOOK_DONE,	  /* exit status 0 */
	HOOK_FAILED,	  /* another one: @number */
	HOOK_KILLED,	  /* by the signal @number */
	HOOK_TIMED_OUT,	  /* it had not ended in time, and was killed */
	HOOK_INTERRUPTED, /* the command got a signal, and has killed it */
	HOOK_NOT_RUN,	  /* it could not be run: @number is a negative errno */
};

struct hook_result {
	const char *hook;
	enum hook_phase phase;
	enum hook_end end;
	int number;
	uint64_t took_us;
};

/* All zero: there is no such directory */
struct hooks {
	bool has_directory;
	struct hook directory; /* itself, without a name */
	struct hook *list;     /* by name, as strcmp(3) orders them */
	size_t count;
	char **ignored; /* other names in the directory */
	size_t nr_ignored;
	struct hook_result *results; /* of all calls, in order */
	size_t nr_results;
};

/**
 * hook_name_is_valid() - as run-parts(8) has it: letters, digits, '_' and '-'
 *
 * So the files that packages and editors leave behind are none: hook.dpkg-old, hook~.
 */
bool hook_name_is_valid(const char *name);

/** hook_phase_name() - "pre-detach", ... */
const char *hook_phase_name(enum hook_phase phase);

/** hook_end_name() - "done", "failed", "killed", "timed-out", "interrupted", "not-run" */
const char *hook_end_name(enum hook_end end);

void hooks_release(struct hooks *hooks);

#endif
