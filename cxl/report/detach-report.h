/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_TAKEDOWN_REPORT_H
#define CXL_TAKEDOWN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

struct changes;
struct checks;
struct json_object;
struct plan;
struct step;
struct observed;

/*
 * What detach-memdev and attach-memdev print, as JSON; Documentation/schema says what is in it. The
 * caller owns what is returned.
 */

/** report_plan() - what will be done, what goes with it, what stays, and how it comes back */
struct json_object *report_plan(const struct plan *plan, const char *verdict, bool human);

/** report_steps() - steps as they went, or, without @observed, as they are planned */
struct json_object *report_steps(const struct step *steps, size_t count,
				 const struct observed *observed);

/**
 * report_watch() - steps, events, kernel log and checks of one operation, added to @json
 *
 * Times are microseconds since the first step began.
 */
void report_watch(struct json_object *json, const struct step *steps, size_t count,
		  const struct observed *observed, const struct checks *checks);

/** report_changes() - what has become of the devices */
struct json_object *report_changes(const struct changes *changes);

#endif
