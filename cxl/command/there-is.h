/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_THERE_IS_H
#define CXL_COMMAND_THERE_IS_H

#include <stddef.h>

struct snapshot;

/*
 * The names to choose from, for messages about a name that matched nothing: "mem0, mem1". A long
 * list is truncated, and says how many more names there are.
 */
struct there_is {
	char *text;   /* "none" without an entry; released with free() */
	size_t count; /* the number of entries, including truncated ones */
};

/** there_is_begin(), there_is_add() - begin a list, add one entry after the other */
void there_is_begin(struct there_is *there);
void there_is_add(struct there_is *there, const char *entry);

/** there_is_end() - return the whole text, which the caller frees */
char *there_is_end(struct there_is *there);

/**
 * there_is_memdev() - describe the memdev at @index by all that a filter can choose it by
 *
 * Return: a new string that the caller frees; NULL after the last memdev.
 */
char *there_is_memdev(const struct snapshot *snapshot, size_t index);

/** there_is_host() - as there_is_memdev(), for a host without a memdev */
char *there_is_host(const struct snapshot *snapshot, size_t index);

/** there_is_region() - as there_is_memdev(), for a region */
char *there_is_region(const struct snapshot *snapshot, size_t index);

#endif
