/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_TAKEDOWN_DRAW_H
#define CXL_TAKEDOWN_DRAW_H

struct contract;
struct plan;
struct snapshot_user;
struct step;
struct watch;

/* What detach-memdev and attach-memdev print for people */

/** draw_plan() - a tree of what will be done, what goes with it and how it comes back; 0 or -errno
 */
int draw_plan(const struct plan *plan, const char *verdict);

/** draw_timeline() - each device's end as a bar, and the exposure, if @plan is not NULL */
void draw_timeline(const struct plan *plan, const struct watch *watch);

/** draw_contract() - each clause, a line */
void draw_contract(const struct contract *contract);

/** say_user() - on stderr, who uses a device that goes, as a line of a list */
void say_user(const struct snapshot_user *user);

/** say_excess() - on stderr, what goes besides what was named, or is in use, a line each */
void say_excess(const struct plan *plan);

/** draw_step() - "unbind mem0 from cxl_mem", a new string that the caller frees */
char *draw_step(const struct step *step);

#endif
