/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_THERE_IS_H
#define CXL_COMMAND_THERE_IS_H

#include <stddef.h>

struct snapshot;

/*
 * What there is to choose from, for messages to somebody who asked for something else: "mem0,
 * mem1". A long list is cut off, and says how much more there is.
 */
struct there_is {
	char *text;   /* "none" without an entry; released with free() */
	size_t count; /* of the entries, also those that are cut off */
};

/** there_is_begin(), there_is_add() - one entry after the other */
void there_is_begin(struct there_is *there);
void there_is_add(struct there_is *there, const char *entry);

/** there_is_end() - the whole text, which the caller frees */
char *there_is_end(struct there_is *there);

/** there_is_memdev() - all that a filter chooses the memdev at @index by; NULL: there are no more
 */
char *there_is_memdev(const struct snapshot *snapshot, size_t index);

/** there_is_host() - as there_is_memdev(), a host without a memdev */
char *there_is_host(const struct snapshot *snapshot, size_t index);

/** there_is_region() - as there_is_memdev(), a region */
char *there_is_region(const struct snapshot *snapshot, size_t index);

#endif
