/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_HOOKS_REPORT_H
#define CXL_REPORT_HOOKS_REPORT_H

#include <stddef.h>

#include "attach/model/hook.h"

struct json_object;

/* What detach-memdev and attach-memdev say of hooks, as JSON. The caller owns what is returned. */

/** report_hook_calls() - which hooks these phases would call, in their order, for --dry-run */
struct json_object *report_hook_calls(const struct hooks *hooks, const enum hook_phase *phases,
				      size_t nr_phases);

/** report_hook_results() - which hooks were called, and how that ended */
struct json_object *report_hook_results(const struct hooks *hooks);

#endif
