/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_RELOAD_H
#define ATTACH_READ_RELOAD_H

#include "util/root.h"

struct snapshot;
struct step;

/* Reads: what an undo needs, before anything is changed; loads nothing */

/**
 * snapshot_read_reloads() - read whether and how the modules of the memdevs' hosts can be loaded
 * again
 *
 * Sets module_options and reload_problem of each host. A module is loaded by its name. Its file
 * must be in /lib/modules/RELEASE, and must be the loaded version. The kernel shows parameters that
 * are not hidden in /sys/module/NAME/parameters. Those of the standard types (kernel/params.c) are
 * set again; one of another type, or that cannot be read, is a problem unless it is empty.
 */
void snapshot_read_reloads(struct snapshot *snapshot);

/**
 * step_missing() - return the file that a step of an undo must write, if it does not exist
 *
 * STEP_UNBIND is not tested: only the step that it undoes makes its driver known.
 *
 * Return: its path, a new string that the caller frees; NULL if it exists, or if none is needed.
 */
char *step_missing(struct root root, const struct step *step);

#endif
