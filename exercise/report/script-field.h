/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_SCRIPT_FIELD_H
#define EXERCISE_REPORT_SCRIPT_FIELD_H

#include "exercise/schedule.h"

struct outcome;
struct step;

/* The steps that take more than a write to a file (attach/act/field-step.h), as shell commands */

/** script_field_functions() - print the functions that the steps of these operations call */
void script_field_functions(const struct outcome *prepared);

/** script_field_step() - print such a step; @device is the name of its device in the script */
void script_field_step(const struct step *step, const char *device);

/** script_lack() - return the actor that a script in that language cannot express; NULL if none */
const char *script_lack(const struct outcome *prepared, enum script_language language);

#endif
