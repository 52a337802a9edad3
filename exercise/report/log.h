/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_EXERCISE_RECORDS_H
#define CXL_EXERCISE_RECORDS_H

#include <stddef.h>
#include <stdint.h>

struct race_case;
struct exercise;
struct json_object;
struct outcome;
struct schedule;
struct trial;

/*
 * The records that exercise-autoremove keeps in its journal (util/records.h), each a new object:
 * what is going to be done, before it is, and what came of it.
 */

/** exercise_record_start() - what is going to be tried, and where */
struct json_object *exercise_record_start(const struct exercise *exercise,
					  const struct schedule *schedule, uint64_t seed,
					  size_t first);

/** exercise_record_trial() - before a trial: all that is going to be done */
struct json_object *exercise_record_trial(const struct trial *trial, const struct outcome *outcome);

/** exercise_record_measure() - before an actor is tried alone, for the time that it takes */
struct json_object *exercise_record_measure(const struct outcome *outcome);

/**
 * exercise_record_result() - after either
 * @trial: NULL of a measurement
 * @took_us: since the result before it: with everything that is verified, brought back and written
 */
struct json_object *exercise_record_result(const struct trial *trial, const struct outcome *outcome,
					   uint64_t took_us);

/** exercise_record_end() - why it ended: "complete", "interrupted", "stopped", "failed" */
struct json_object *exercise_record_end(const char *how, const char *why);

/** exercise_mark() - what is said in the kernel log before a trial; a new string */
char *exercise_mark(const struct trial *trial, const struct race_case *race_case);

/**
 * exercise_record_crash() - what the kernel said last, on a machine that died
 * @log: the machine's console, or the end of its kernel log
 *
 * Return: NULL with errno set if it cannot be read.
 */
struct json_object *exercise_record_crash(const char *log);

#endif
