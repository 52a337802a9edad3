/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_KTAP_H
#define EXERCISE_REPORT_KTAP_H

struct json_object;

/**
 * print_ktap() - print a summary as KTAP (kernel: Documentation/dev-tools/ktap.rst) to stdout
 *
 * Cases are subtests of their scenario: see tests.h.
 *
 * Return: 0 or a negative errno.
 */
int print_ktap(struct json_object *summary);

#endif
