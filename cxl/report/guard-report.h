/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_GUARD_REPORT_H
#define CXL_GUARD_REPORT_H

struct attach_answers;
struct json_object;
struct verdict;

/* What the guard says of a verdict; @command is the name of cxl-cli's command. */

/** guard_json() - for programs: a new JSON object that the caller owns */
struct json_object *guard_json(const char *command, const struct verdict *verdict);

/** guard_say() - sentences for people, on stderr; none for what is allowed without more ado */
void guard_say(const char *command, const struct verdict *verdict);

/** guard_explain() - the verdict and all that led to it, in prose, on stdout */
void guard_explain(const struct attach_answers *answers, const char *command,
		   const struct verdict *verdict);

#endif
