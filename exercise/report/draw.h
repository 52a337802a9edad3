/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_DRAW_H
#define EXERCISE_REPORT_DRAW_H

struct json_object;

/** draw_summary() - print a summary as a table and text; 0 or a negative errno */
int draw_summary(struct json_object *summary);

#endif
