/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_NUMBERS_H
#define EXERCISE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

struct outcome;
struct snapshot;

/*
 * The numbers in the names of devices. The kernel gives the lowest one that is free: as long as
 * trials return all numbers, these do not grow. Pure.
 */

enum number_kind {
	NUMBER_PORT, /* of all kinds of ports */
	NUMBER_MEMDEV,
	NUMBER_REGION,
	NR_NUMBER_KINDS,
};

struct numbers {
	uint64_t highest[NR_NUMBER_KINDS];
};

/** numbers_find() - the highest ones in a snapshot */
void numbers_find(const struct snapshot *snapshot, struct numbers *numbers);

/** numbers_limit() - the highest ones that a snapshot's devices can get as long as none leaks */
void numbers_limit(const struct snapshot *snapshot, struct numbers *limit);

/** numbers_exceed() - is one of them above its limit? */
bool numbers_exceed(const struct numbers *numbers, const struct numbers *limit);

/** numbers_note() - note each one above its limit as a finding */
void numbers_note(const struct numbers *numbers, const struct numbers *limit,
		  struct outcome *outcome);

#endif
