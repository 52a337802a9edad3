/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_RUN_SCRIPT_H
#define EXERCISE_RUN_SCRIPT_H

#include <stdint.h>

#include "exercise/schedule.h"

struct exercise;

/**
 * run_print_script() - print the first trial of a schedule as a script, instead of making it
 * @exercise: which has measured how long the actors take, unless one acts alone
 * @trials: how many the script makes
 * @why: where the answer is -ENODEV, the reason, a new string
 *
 * Return: 0; -ENODEV if there is nothing to do, or if the language cannot say it; another negative
 * errno if stdout cannot be written.
 */
int run_print_script(struct exercise *exercise, struct schedule *schedule, uint64_t trials,
		     enum script_language language, char **why);

#endif
