/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_SUMMARY_H
#define EXERCISE_REPORT_SUMMARY_H

#include <stdbool.h>

struct json_object;

/*
 * Summarize the records of a log. The summary uses nothing but the records. It can therefore also
 * be made after the machine died.
 */

/** summarize_log() - return the summary of an array of records, in the form of the schema */
struct json_object *summarize_log(struct json_object *records);

/** summary_has_findings() - test whether a summary has findings */
bool summary_has_findings(struct json_object *summary);

/**
 * summary_lacks_shards() - test whether a summary is of a merged log that lacks shards of its run
 */
bool summary_lacks_shards(struct json_object *summary);

#endif
