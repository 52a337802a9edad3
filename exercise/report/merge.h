/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_MERGE_H
#define EXERCISE_REPORT_MERGE_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/*
 * Merge the logs of a run's shards (schedule.h) into the log of one run without shards: each trial
 * once, in the order of the schedule. Pure.
 */

struct shard_log {
	const char *path;
	struct json_object *records; /* an array: records_read() */
};

/**
 * merge_logs() - merge the records of all shards
 * @logs: in any order
 * @why: set to the reason why the logs do not belong together, a new string that the caller frees
 *
 * The start lists the shards, how each one ended, and the missing ones. The end is "complete" if
 * all shards are there and complete. Otherwise it lists those that are not.
 *
 * Return: a new array, or NULL with @why set.
 */
struct json_object *merge_logs(const struct shard_log *logs, size_t count, char **why);

#endif
