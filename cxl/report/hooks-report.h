/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_HOOKS_REPORT_H
#define CXL_REPORT_HOOKS_REPORT_H

#include <stddef.h>

#include "attach/model/hook.h"

struct json_object;

/* What detach-memdev and attach-memdev report about hooks, as JSON. The caller owns each result. */

/**
 * report_hook_calls() - report the hooks that these phases would call, in their order, for
 * --dry-run
 */
struct json_object *report_hook_calls(const struct hooks *hooks, const enum hook_phase *phases,
				      size_t nr_phases);

/** report_hook_results() - report the hooks that were called, and their results */
struct json_object *report_hook_results(const struct hooks *hooks);

#endif
