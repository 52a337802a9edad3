/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_RUN_SCRIPT_H
#define EXERCISE_RUN_SCRIPT_H

#include <stdint.h>

#include "exercise/schedule.h"

struct exercise;

/**
 * run_print_script() - print the first trial of a schedule as a script, instead of running it
 * @exercise: has measured the time that the actors take, unless an actor acts alone
 * @trials: the number of trials that the script makes
 * @why: set to the reason if the result is -ENODEV, a new string
 *
 * Return: 0; -ENODEV if there is nothing to run, or if the language cannot express it; another
 * negative errno if stdout cannot be written.
 */
int run_print_script(struct exercise *exercise, struct schedule *schedule, uint64_t trials,
		     enum script_language language, char **why);

#endif
