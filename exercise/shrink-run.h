/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_EXERCISE_SHRINK_H
#define CXL_EXERCISE_SHRINK_H

/**
 * exercise_shrink() - one step of looking for the least that still shows a finding
 * @attempts: a file of records, to which this attempt is added; it need not exist before the first
 * @journal: of the run in which the finding was seen first; later, of the attempt that was last
 * asked for
 * @signature: of the finding
 *
 * Prints, as JSON, the options of this command for the next attempt ("next", absent if nothing is
 * left to try) and for the least so far ("least").
 *
 * Return: 0 or a negative errno: -ENOENT if the journal of the first one has no such finding.
 */
int exercise_shrink(const char *attempts, const char *journal, const char *signature);

#endif
