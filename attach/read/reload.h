/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_RELOAD_H
#define ATTACH_READ_RELOAD_H

#include "util/root.h"

struct snapshot;
struct step;

/* Reads: what an undo needs, before anything is changed; nothing is loaded */

/**
 * snapshot_read_reloads() - can the modules of the memdevs' hosts be loaded again, and how?
 *
 * Fills module_options and reload_problem of each host. A module is loaded by its name: its file
 * has to be in /lib/modules/RELEASE, and be the one that is loaded. The kernel shows the parameters
 * that are not hidden in /sys/module/NAME/parameters; those of the standard types are given back.
 */
void snapshot_read_reloads(struct snapshot *snapshot);

/**
 * step_missing() - the file that a step of an undo has to write, if it is not there
 *
 * Not of a STEP_UNBIND: the step that it undoes makes its driver known.
 *
 * Return: its path, a new string that the caller frees; NULL if it is there, or none is needed.
 */
char *step_missing(struct root root, const struct step *step);

#endif
