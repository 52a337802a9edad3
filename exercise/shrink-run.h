/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_SHRINK_RUN_H
#define EXERCISE_SHRINK_RUN_H

/**
 * shrink_run() - make one step towards the smallest candidate that still shows a finding
 * @candidates: the path of a file of records, to which the candidate of @log is added; before the
 * first step it need not exist
 * @log: the log of the run in which the finding was seen first; later, that of the candidate
 * requested last
 * @signature: of the finding
 *
 * Prints, as JSON, the options of exercise-autoremove for the next candidate ("next", absent if
 * none is left) and for the smallest one until now ("least").
 *
 * Return: 0 or a negative errno: -ENOENT if the first log has no such finding; -EALREADY if no
 * candidate is left.
 */
int shrink_run(const char *candidates, const char *log, const char *signature);

#endif
