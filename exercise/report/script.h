/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_SCRIPT_H
#define EXERCISE_REPORT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct baseline;
struct outcome;
struct race_case;

struct script {
	const struct baseline *baseline;
	const uint64_t *durations_us; /* by enum actor, how long it takes alone */
	const struct race_case *race_case;
	const struct outcome *prepared; /* by prepare_trial() */
	size_t trials;			/* how many the script makes */
	bool fixed; /* races near @offset in the sweep, instead of anywhere in it */
	double offset;
};

/**
 * script_print() - print a case as a shell script that needs nothing of this project
 *
 * Each trial looks up the names of its devices, and draws how far apart the actors start, by how
 * long they take on this machine.
 */
void script_print(const struct script *script);

/** script_print_c() - print it as a C program that needs nothing but a C library */
void script_print_c(const struct script *script);

#endif
