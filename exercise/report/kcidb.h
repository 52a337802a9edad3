/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_KCIDB_H
#define EXERCISE_REPORT_KCIDB_H

#include <stdbool.h>

struct json_object;

/**
 * print_kcidb() - the tests of a summary (tests.h) as a report of kernel CI databases (KCIDB I/O
 * schema 5.0), on stdout
 * @build: the id of the build that was tested, ORIGIN:ID; see kcidb_build_is_valid()
 *
 * Return: 0, or a negative errno.
 */
int print_kcidb(struct json_object *summary, const char *build);

/** kcidb_build_is_valid() - is it ORIGIN:ID, with an origin of a-z, 0-9 and _ ? */
bool kcidb_build_is_valid(const char *build);

#endif
