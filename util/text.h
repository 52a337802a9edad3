/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/** streq() - test whether two texts are the same, or both NULL, which stands for no text */
static inline bool streq(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) == 0 : one == other;
}

static inline size_t text_digits(const char *text)
{
	size_t count = 0;

	while (isdigit((unsigned char)text[count]))
		count++;
	return count;
}

/**
 * text_order() - compare names that contain numbers, by number: mem2 before mem10
 *
 * For numbers without leading zeros, the order is that of strverscmp(3), which takes several times
 * as long.
 *
 * Return: less than, equal to, or greater than 0, as strcmp(3).
 */
static inline int text_order(const char *one, const char *other)
{
	const char *start = one;
	size_t digits, others;

	for (; *one && *one == *other; one++)
		other++;
	digits = text_digits(one);
	others = text_digits(other);
	/* Inside two numbers, or at their beginnings, the longer number is the larger one */
	if (digits != others &&
	    ((digits > 0 && others > 0) || (one > start && isdigit((unsigned char)one[-1]))))
		return digits < others ? -1 : 1;
	return (unsigned char)*one - (unsigned char)*other;
}

#endif
