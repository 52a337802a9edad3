/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_SCRIPT_H
#define EXERCISE_REPORT_SCRIPT_H

struct script;

/**
 * script_print() - print a case as a shell script that needs nothing of this project
 *
 * Each trial looks up the names of its devices. It also draws the time between the starts of the
 * actors, from the time that they take on this machine.
 */
void script_print(const struct script *script);

#endif
