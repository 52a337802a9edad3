/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_EXERCISE_REPORT_H
#define CXL_EXERCISE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

struct contest;
struct exercise;
struct json_object;
struct outcome;
struct schedule;
struct trial;

/*
 * The records of exercise-autoremove, and what they say together. What is reported comes from the
 * records alone, so that it can be had of a machine that died as well.
 */

/** exercise_record_start() - what is going to be tried, where, and how long each actor takes alone
 */
struct json_object *exercise_record_start(const struct exercise *exercise,
					  const struct schedule *schedule, uint64_t seed,
					  size_t first);

/** exercise_record_trial() - before a trial: all that is going to be done */
struct json_object *exercise_record_trial(const struct trial *trial, const struct outcome *outcome);

/** exercise_record_measure() - before an actor is tried alone, for the time that it takes */
struct json_object *exercise_record_measure(const struct outcome *outcome);

/** exercise_record_result() - after either; of a measurement, @trial is NULL */
struct json_object *exercise_record_result(const struct trial *trial,
					   const struct outcome *outcome);

/** exercise_record_end() - why it ended: "complete", "interrupted", "stopped", "failed" */
struct json_object *exercise_record_end(const char *how, const char *why);

/** exercise_mark() - what is said in the kernel log before a trial; a new string */
char *exercise_mark(const struct trial *trial, const struct contest *contest);

/**
 * exercise_record_crash() - what the kernel said last, on a machine that died
 * @log: the machine's console, or the end of its kernel log
 *
 * Return: NULL with errno set if it cannot be read.
 */
struct json_object *exercise_record_crash(const char *log);

/** exercise_report() - what all records say together; of an array of them */
struct json_object *exercise_report(struct json_object *records);

/** exercise_has_findings() - does a report have any? */
bool exercise_has_findings(struct json_object *report);

/** exercise_draw() - print a report for people */
int exercise_draw(struct json_object *report);

#endif
