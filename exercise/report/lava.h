/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_LAVA_H
#define EXERCISE_REPORT_LAVA_H

struct json_object;

/**
 * print_lava() - print a line for each test of a summary (tests.h) to stdout, for LAVA's patterns:
 * NAME pass|fail|skip VALUE UNIT
 *
 * Return: 0 or a negative errno.
 */
int print_lava(struct json_object *summary);

#endif
