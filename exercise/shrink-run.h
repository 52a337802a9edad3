/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_SHRINK_RUN_H
#define EXERCISE_SHRINK_RUN_H

/**
 * shrink_run() - one step towards the least that still shows a finding
 * @candidates: a file of records, to which the candidate of @log is added; it need not exist before
 *              the first
 * @log: of the run in which the finding was seen first; later, of the candidate that was asked for
 *       last
 * @signature: of the finding
 *
 * Prints, as JSON, the options of this command for the next candidate ("next", absent if none is
 * left) and for the least so far ("least").
 *
 * Return: 0 or a negative errno: -ENOENT if the log of the first one has no such finding; -EALREADY
 * if no candidate is left.
 */
int shrink_run(const char *candidates, const char *log, const char *signature);

#endif
