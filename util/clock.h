/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

/* This program keeps times in microseconds of CLOCK_MONOTONIC, which cannot be set. */

/** clock_now() - return the time of CLOCK_MONOTONIC in microseconds */
static inline uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/** clock_wait() - sleep until clock_now() returns @until_us */
static inline void clock_wait(uint64_t until_us)
{
	const struct timespec until = {(time_t)(until_us / 1000000),
				       (long)(until_us % 1000000 * 1000)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/** clock_today() - return the microseconds since 1970, for messages and files */
static inline uint64_t clock_today(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

#endif
