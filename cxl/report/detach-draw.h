/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_TAKEDOWN_DRAW_H
#define CXL_TAKEDOWN_DRAW_H

struct checks;
struct plan;
struct snapshot_user;
struct step;
struct observed;

/* What detach-memdev and attach-memdev print for people */

/** draw_plan() - a tree of what will be done, what goes with it and how it comes back; 0 or -errno
 */
int draw_plan(const struct plan *plan, const char *verdict);

/** draw_timeline() - each device's end as a bar, and the exposure, if @plan is not NULL */
void draw_timeline(const struct plan *plan, const struct observed *observed);

/** draw_checks() - each check, a line */
void draw_checks(const struct checks *checks);

/** say_user() - on stderr, who uses a device that goes, as a line of a list */
void say_user(const struct snapshot_user *user);

/** say_excess() - on stderr, what goes besides what was named, or is in use, a line each */
void say_excess(const struct plan *plan);

#endif
