/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_KCIDB_H
#define EXERCISE_REPORT_KCIDB_H

#include <stdbool.h>

struct json_object;

/**
 * print_kcidb() - print the tests of a summary (tests.h) to stdout, as a report for kernel CI
 * databases (KCIDB I/O schema 5.0)
 * @build: the id of the tested build, ORIGIN:ID; see kcidb_build_is_valid()
 *
 * Return: 0 or a negative errno.
 */
int print_kcidb(struct json_object *summary, const char *build);

/** kcidb_build_is_valid() - test for ORIGIN:ID, with an origin of a-z, 0-9 and _ */
bool kcidb_build_is_valid(const char *build);

#endif
