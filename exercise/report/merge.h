/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_MERGE_H
#define EXERCISE_REPORT_MERGE_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/*
 * The logs of a run's shards (schedule.h), put together to the log that one run of them all would
 * have: each trial once, in the order of the schedule. Pure.
 */

struct shard_log {
	const char *path;
	struct json_object *records; /* an array: records_read() */
};

/**
 * merge_logs() - the records of all shards
 * @logs: in any order
 * @why: a new string that the caller frees: why they do not belong together
 *
 * The start says which shards there are, how each ended, and which ones are missing. The end is
 * "complete" if all of them are there and complete; it says which ones are not.
 *
 * Return: a new array, or NULL, with @why set.
 */
struct json_object *merge_logs(const struct shard_log *logs, size_t count, char **why);

#endif
