/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_DETACH_DRAW_H
#define CXL_REPORT_DETACH_DRAW_H

#include "attach/reason/plan.h"

struct checks;
struct observation;
struct observed;
struct snapshot_user;

/* What detach-memdev and attach-memdev print for people */

/**
 * draw_plan() - print a tree of what is to be done, what is lost, and how it is undone
 *
 * Return: 0 or a negative errno.
 */
int draw_plan(const struct plan *plan, enum plan_verdict verdict);

/** draw_timeline() - print each device's end as a bar, and, unless @plan is NULL, the exposure */
void draw_timeline(const struct plan *plan, const struct observed *observed);

/** draw_checks() - print each check as a line */
void draw_checks(const struct checks *checks);

/**
 * draw_handover() - print what became of each host of a handover, a line each
 * @handed: as of checks_of_detach(); NULL: nothing is printed
 */
void draw_handover(const struct plan *plan, const struct observation *handed);

/** say_handover() - the same on stderr, but for hosts of which it is what everybody expects */
void say_handover(const char *command, const struct plan *plan, const struct observation *handed);

/** say_excess() - print on stderr what is lost that was not named, and what is in use, a line each
 */
void say_excess(const struct plan *plan);

#endif
