/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_NUMBERS_H
#define EXERCISE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

struct outcome;
struct snapshot;

/*
 * The numbers in the names of devices. The kernel assigns the lowest free number. If trials release
 * all numbers, the highest ones do not grow. Pure.
 */

enum number_kind {
	NUMBER_PORT, /* shared by all kinds of ports */
	NUMBER_MEMDEV,
	NUMBER_REGION,
	NR_NUMBER_KINDS,
};

struct numbers {
	uint64_t highest[NR_NUMBER_KINDS];
};

/** numbers_find() - find the highest numbers in a snapshot */
void numbers_find(const struct snapshot *snapshot, struct numbers *numbers);

/**
 * numbers_limit() - find the highest numbers that devices of a snapshot can get unless one leaks
 */
void numbers_limit(const struct snapshot *snapshot, struct numbers *limit);

/** numbers_exceed() - test whether a number is above its limit */
bool numbers_exceed(const struct numbers *numbers, const struct numbers *limit);

/** numbers_note() - add a finding for each number above its limit */
void numbers_note(const struct numbers *numbers, const struct numbers *limit,
		  struct outcome *outcome);

#endif
