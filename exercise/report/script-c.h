/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_SCRIPT_C_H
#define EXERCISE_REPORT_SCRIPT_C_H

struct script;

/** script_print_c() - print a case as a C program that needs only a C library: see script.h */
void script_print_c(const struct script *script);

#endif
