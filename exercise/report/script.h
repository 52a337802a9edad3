/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_EXERCISE_SCRIPT_H
#define CXL_EXERCISE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct race_case;
struct exercise;
struct outcome;

struct exercise_script {
	const struct race_case *race_case;
	size_t iterations; /* how often the script does it */
	bool fixed; /* about @offset in the sweep, instead of anywhere in it; see schedule.h */
	double offset;
};

/**
 * exercise_print_script() - print a case as a shell script that needs nothing of this project
 * @prepared: by exercise_prepare()
 *
 * What its devices are called is found anew in each round; how far the actors start apart is drawn
 * anew, by how long they take here.
 */
void exercise_print_script(const struct exercise *exercise, const struct outcome *prepared,
			   const struct exercise_script *script);

#endif
