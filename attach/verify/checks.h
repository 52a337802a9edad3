/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_VERIFY_CHECKS_H
#define ATTACH_VERIFY_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

struct observed;

/* What was checked of the kernel's work, and with which result: a value */

enum check_result {
	CHECK_NOT_CHECKED, /* what it is about was not observed */
	CHECK_PASSED,
	CHECK_FAILED,
};

struct check {
	const char *name;
	enum check_result result;
	char *detail; /* what is wrong, or why it was not checked; or NULL */
};

struct checks {
	struct check *list;
	size_t count;
};

/* The name of the check of the kernel log. It is the last one, and waiting cannot improve it. */
#define CHECK_OF_LOG "no-splat"

/** checks_release() - free what the checks have */
void checks_release(struct checks *checks);

/** checks_passed() - did every check pass? */
bool checks_passed(const struct checks *checks);

/** check_result_name() - "passed", "failed" or "not-checked" */
const char *check_result_name(enum check_result result);

/* For those who make checks: */

/** checks_begin() - checks of these names, none of them checked yet */
void checks_begin(struct checks *checks, const char *const *names, size_t count);

/** checks_skip_all() - nothing was observed: no check so far can be made, and why */
void checks_skip_all(struct checks *checks, const char *why);

/** checks_assume_passed() - all was observed: no check so far fails unless something is noted */
void checks_assume_passed(struct checks *checks);

/**
 * check_note() - add a detail to a check, whose result becomes @result
 *
 * A check that has failed stays failed.
 */
void check_note(struct check *check, enum check_result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** checks_add_log() - one more check: is there no kernel report in the kernel log? */
void checks_add_log(struct checks *checks, const struct observed *observed);

#endif
