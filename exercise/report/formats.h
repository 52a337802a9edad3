/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_FORMATS_H
#define EXERCISE_REPORT_FORMATS_H

#include <stdbool.h>

struct json_object;

/*
 * A summary in the formats of systems that run tests: each case is a test. One without a trial is
 * skipped, and one with a finding has failed. What no case has comes last: what was found while the
 * actors were measured, and whether the run came to its end.
 *
 * Each prints to stdout, and returns 0, or a negative errno.
 */

/** print_ktap() - KTAP (kernel: Documentation/dev-tools/ktap.rst): cases below their scenario */
int print_ktap(struct json_object *summary);

/** print_lava() - a line for each case, for LAVA's patterns: NAME pass|fail|skip VALUE UNIT */
int print_lava(struct json_object *summary);

/**
 * print_kcidb() - a report of kernel CI databases (KCIDB I/O schema 5.0), of tests alone
 * @build: the id of the build that was tested, ORIGIN:ID; see kcidb_build_is_valid()
 */
int print_kcidb(struct json_object *summary, const char *build);

/** kcidb_build_is_valid() - is it ORIGIN:ID, with an origin of a-z, 0-9 and _ ? */
bool kcidb_build_is_valid(const char *build);

#endif
