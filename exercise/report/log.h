/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_LOG_H
#define EXERCISE_REPORT_LOG_H

#include <stddef.h>
#include <stdint.h>

struct json_object;
struct outcome;
struct race_case;
struct schedule;
struct trial;

/*
 * The records of the log (util/records.h), each a new object: what is going to be done, before it
 * is, and what came of it.
 */

/* What is exercised, from which trial on, and what decides on its schedule and its findings */
struct log_start {
	const char *host; /* of the memdev */
	const struct schedule *schedule;
	uint64_t seed;
	uint64_t trials;     /* of each case; 0: without end */
	double timeout;	     /* seconds after which an actor is stuck */
	double max_exposure; /* seconds */
	size_t first;	     /* trial of the schedule */
};

/** record_start() - before all trials */
struct json_object *record_start(const struct log_start *start);

/** record_trial() - before a trial: everything that is going to be done */
struct json_object *record_trial(const struct trial *trial, const struct outcome *outcome);

/** record_measure() - before an actor runs alone, to measure how long it takes */
struct json_object *record_measure(const struct outcome *outcome);

/**
 * record_result() - after a trial or a measurement
 * @trial: NULL for a measurement
 * @took_us: since the result before it, including verifying, restoring and writing
 */
struct json_object *record_result(const struct trial *trial, const struct outcome *outcome,
				  uint64_t took_us);

/** record_end() - why it ended: "complete", "interrupted", "stopped", "failed" */
struct json_object *record_end(const char *how, const char *why);

/** trial_mark() - what is written to the kernel log before a trial; a new string */
char *trial_mark(const struct trial *trial, const struct race_case *race_case);

/**
 * record_crash() - what the kernel said last, on a machine that died
 * @console: the log of the machine's console, or the end of its kernel log
 *
 * Return: NULL with errno set if it cannot be read.
 */
struct json_object *record_crash(const char *console);

#endif
