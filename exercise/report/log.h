/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_LOG_H
#define EXERCISE_REPORT_LOG_H

#include <stddef.h>
#include <stdint.h>

struct json_object;
struct left_out;
struct outcome;
struct race_case;
struct schedule;
struct trial;

/*
 * The records of the log (util/records.h), each a new object. A record says before an operation
 * what will be done, and another one after it what the result was.
 */

/*
 * What is exercised, the first trial, and the settings that determine the schedule and the findings
 */
struct log_start {
	const char *host; /* the memdev's host */
	const struct schedule *schedule;
	uint64_t seed;
	uint64_t trials;		 /* of each case; 0: without limit */
	double timeout;			 /* seconds after which an actor is stuck */
	double max_exposure;		 /* seconds */
	size_t first;			 /* the trial's number in the schedule */
	const struct left_out *left_out; /* the actors that do not take part; NULL: none */
	const char *check;		 /* the command after each trial; NULL: none */
};

/** record_start() - the record before all trials */
struct json_object *record_start(const struct log_start *start);

/** record_trial() - the record before a trial: every operation that will be run */
struct json_object *record_trial(const struct trial *trial, const struct outcome *outcome);

/** record_measure() - the record before an actor runs alone to measure the time that it takes */
struct json_object *record_measure(const struct outcome *outcome);

/**
 * record_result() - the record after a trial or a measurement
 * @trial: NULL for a measurement
 * @took_us: the time since the previous result, including verifying, restoring and writing
 */
struct json_object *record_result(const struct trial *trial, const struct outcome *outcome,
				  uint64_t took_us);

/**
 * record_end() - the record of how the run ended: "complete", "interrupted", "stopped", "failed"
 */
struct json_object *record_end(const char *how, const char *why);

/** trial_mark() - return the kernel log's line that marks a trial; a new string */
char *trial_mark(const struct trial *trial, const struct race_case *race_case);

/**
 * record_crash() - the last kernel messages of a machine that died
 * @console: the path of the log of the machine's console, or of the end of its kernel log
 *
 * Return: NULL with errno set if it cannot be read.
 */
struct json_object *record_crash(const char *console);

#endif
