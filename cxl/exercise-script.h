/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_EXERCISE_SCRIPT_H
#define CXL_EXERCISE_SCRIPT_H

#include <stddef.h>

struct exercise;
struct outcome;

/**
 * exercise_script() - print a contest as a shell script that needs nothing of this project
 * @prepared: by exercise_prepare()
 * @iterations: how often the script does it
 *
 * What its devices are called is found anew in each round; how far the actors start apart is what
 * it was here.
 */
void exercise_script(const struct exercise *exercise, const struct outcome *prepared,
		     size_t iterations);

#endif
