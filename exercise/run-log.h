/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_RUN_LOG_H
#define EXERCISE_RUN_LOG_H

#include <stdbool.h>

struct json_object;
struct log_start;

/* The log of a run while it is written: a record is on the disk before what it announces is done */
struct run_log {
	const char *command; /* for messages */
	int fd;
	struct json_object *held; /* a record that waits for the next one; NULL: none */
	bool unwritten;		  /* a record was not written, and the user knows it */
};

/** run_log_add() - write a record, after the one that waits; 0 or a negative errno */
int run_log_add(struct run_log *log, struct json_object *record);

/**
 * run_log_hold() - let a record wait for the next one, which must follow at once
 *
 * Both are written together: the disk is waited for once. Return: as run_log_add().
 */
int run_log_hold(struct run_log *log, struct json_object *record);

/** run_log_flush() - write the record that waits, if there is one; 0 or a negative errno */
int run_log_flush(struct run_log *log);

/**
 * run_log_start() - write the start of this run
 * @begun: the first start record in the log that is continued; or NULL
 *
 * Return: as run_log_add(); -EINVAL with a message if the continued log has another schedule.
 */
int run_log_start(struct run_log *log, const struct log_start *log_start,
		  struct json_object *begun);

#endif
