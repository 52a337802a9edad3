/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_VERIFY_CHECKS_H
#define ATTACH_VERIFY_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

struct observed;

/* What was checked of the kernel's work, and the results: a value */

enum check_result {
	CHECK_NOT_CHECKED, /* the object of the check was not observed */
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

/* The name of the check of the kernel log. It is the last check, and waiting cannot improve it. */
#define CHECK_OF_LOG "no-splat"

/** checks_release() - free what belongs to the checks */
void checks_release(struct checks *checks);

/** checks_passed() - test whether every check passed */
bool checks_passed(const struct checks *checks);

/** check_result_name() - return "passed", "failed" or "not-checked" */
const char *check_result_name(enum check_result result);

/* The functions below are for the code that makes checks. */

/** checks_begin() - begin checks of these names, none of them checked yet */
void checks_begin(struct checks *checks, const char *const *names, size_t count);

/**
 * checks_skip_all() - set all present checks to not checked, for the reason @why: nothing was
 * observed
 */
void checks_skip_all(struct checks *checks, const char *why);

/** checks_assume_passed() - set all present checks to passed, unless a failure is noted later */
void checks_assume_passed(struct checks *checks);

/**
 * check_note() - add a detail to a check, and set its result to @result
 *
 * A failed check stays failed.
 */
void check_note(struct check *check, enum check_result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** checks_add_log() - add the check that the kernel log has no kernel report */
void checks_add_log(struct checks *checks, const struct observed *observed);

#endif
