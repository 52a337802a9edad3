// SPDX-License-Identifier: LGPL-2.1-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/observed.h"
#include "attach/verify/checks.h"
#include "util/memory.h"

void checks_begin(struct checks *checks, const char *const *names, size_t count)
{
	*checks = (struct checks){0};
	for (size_t i = 0; i < count; i++)
		APPEND(checks->list, checks->count)->name = names[i];
}

void checks_skip_all(struct checks *checks, const char *why)
{
	for (size_t i = 0; i < checks->count; i++)
		check_note(&checks->list[i], CHECK_NOT_CHECKED, "%s", why);
}

void checks_assume_passed(struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++)
		checks->list[i].result = CHECK_PASSED;
}

void check_note(struct check *check, enum check_result result, const char *format, ...)
{
	char *all, text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (check->result != CHECK_FAILED)
		check->result = result;
	all = check->detail ? xasprintf("%s; %s", check->detail, text) : memory_check(strdup(text));
	free(check->detail);
	check->detail = all;
}

void checks_add_log(struct checks *checks, const struct observed *observed)
{
	struct check *check = APPEND(checks->list, checks->count);

	*check = (struct check){.name = CHECK_OF_LOG, .result = CHECK_PASSED};
	if (observed->lost_log)
		check_note(check, CHECK_NOT_CHECKED, "parts of the kernel log were overwritten");
	for (size_t i = 0; i < observed->nr_log; i++) {
		if (observed->log[i].splat)
			check_note(check, CHECK_FAILED, "%s: %s", observed->log[i].splat,
				   observed->log[i].text);
	}
}

void checks_release(struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++)
		free(checks->list[i].detail);
	free(checks->list);
	*checks = (struct checks){0};
}

bool checks_passed(const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		if (checks->list[i].result != CHECK_PASSED)
			return false;
	}
	return true;
}

const char *check_result_name(enum check_result result)
{
	static const char *const names[] = {
		[CHECK_NOT_CHECKED] = "not-checked",
		[CHECK_PASSED] = "passed",
		[CHECK_FAILED] = "failed",
	};

	return names[result];
}
