/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_EXERCISE_REPORT_H
#define CXL_EXERCISE_REPORT_H

#include <stdbool.h>

struct json_object;

/*
 * What the records of exercise-autoremove say together. What is reported comes from them alone, so
 * that it can be had of a machine that died as well.
 */

/** exercise_report() - what all records say together; of an array of them */
struct json_object *exercise_report(struct json_object *records);

/** exercise_has_findings() - does a report have any? */
bool exercise_has_findings(struct json_object *report);

/** exercise_draw() - print a report for people */
int exercise_draw(struct json_object *report);

#endif
