/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_RUN_SCRIPT_H
#define EXERCISE_RUN_SCRIPT_H

struct exercise;
struct run_settings;

/**
 * run_print_script() - print the first trial of a schedule as a script, instead of making it
 * @exercise: which has measured how long the actors take, unless one acts alone
 *
 * Return: 0; -ENODEV if there is nothing to do, or the language cannot say it (a message says so);
 * another negative errno if stdout cannot be written.
 */
int run_print_script(struct exercise *exercise, const struct run_settings *settings);

#endif
