/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_DETACH_DRAW_H
#define CXL_REPORT_DETACH_DRAW_H

#include "attach/reason/plan.h"

struct checks;
struct observation;
struct observed;
struct snapshot_user;

/* What detach-memdev and attach-memdev draw for people */

/**
 * draw_plan() - print a tree of the steps, what they lose, and how they are undone
 *
 * Return: 0 or a negative errno.
 */
int draw_plan(const struct plan *plan, enum plan_verdict verdict);

/**
 * draw_timeline() - print the end of each device as a bar, and, unless @plan is NULL, the exposure
 */
void draw_timeline(const struct plan *plan, const struct observed *observed);

/** draw_checks() - print each check as a line */
void draw_checks(const struct checks *checks);

/**
 * draw_handover() - print a line for each host of a handover, with its state
 * @handed: as for checks_of_detach(); NULL: nothing is printed
 */
void draw_handover(const struct plan *plan, const struct observation *handed);

/** say_handover() - print the same on stderr, except for hosts in the expected state */
void say_handover(const char *command, const struct plan *plan, const struct observation *handed);

/**
 * say_excess() - print on stderr a line for each thing that is lost without being named, or is in
 * use
 */
void say_excess(const struct plan *plan);

#endif
