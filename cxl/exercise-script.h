/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_EXERCISE_SCRIPT_H
#define CXL_EXERCISE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct contest;
struct exercise;
struct outcome;

struct exercise_script {
	const struct contest *contest;
	size_t iterations; /* how often the script does it */
	bool fixed; /* about @place in the sweep, instead of anywhere in it; see schedule.h */
	double place;
};

/**
 * exercise_print_script() - print a contest as a shell script that needs nothing of this project
 * @prepared: by exercise_prepare()
 *
 * What its devices are called is found anew in each round; how far the actors start apart is drawn
 * anew, by how long they take here.
 */
void exercise_print_script(const struct exercise *exercise, const struct outcome *prepared,
			   const struct exercise_script *script);

#endif
