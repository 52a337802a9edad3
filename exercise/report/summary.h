/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_SUMMARY_H
#define EXERCISE_REPORT_SUMMARY_H

#include <stdbool.h>

struct json_object;

/*
 * What the records of a log say together. The summary is made from the records alone, so that it
 * can also be made after the machine died.
 */

/** summarize_log() - the summary of an array of records, as the schema has it */
struct json_object *summarize_log(struct json_object *records);

/** summary_has_findings() - does a summary have any? */
bool summary_has_findings(struct json_object *summary);

/** summary_lacks_shards() - is it of a merged log that lacks shards of its run? */
bool summary_lacks_shards(struct json_object *summary);

/**
 * summary_case_name() - a case by its actors: "host,port", or "storm"
 *
 * Return: a new string that the caller frees.
 */
char *summary_case_name(struct json_object *race_case);

#endif
