/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_SCRIPT_H
#define EXERCISE_REPORT_SCRIPT_H

struct script;

/**
 * script_print() - print a case as a shell script that needs nothing of this project
 *
 * Each trial looks up the names of its devices, and draws how far apart the actors start, by how
 * long they take on this machine.
 */
void script_print(const struct script *script);

#endif
