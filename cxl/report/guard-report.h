/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_GUARD_REPORT_H
#define CXL_REPORT_GUARD_REPORT_H

struct attach_answers;
struct json_object;
struct verdict;

/*
 * The guard's output for a verdict. @command is the name of the guarded command: "destroy-region".
 */

/** guard_json() - return a new JSON object that the caller owns, see guard.schema.json */
struct json_object *guard_json(const char *command, const struct verdict *verdict);

/** guard_say() - print a message on stderr; nothing if the operation is allowed without remarks */
void guard_say(const char *command, const struct verdict *verdict);

/** guard_explain() - print the verdict and the evidence for it on stdout, in sentences */
void guard_explain(const struct attach_answers *answers, const char *command,
		   const struct verdict *verdict);

#endif
