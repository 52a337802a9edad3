// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "util/nearest.h"

/* Longer words are not compared: every command and option is shorter. */
#define LENGTH_MAX 40
#define MISTAKES_MAX 3

static size_t least(size_t one, size_t other)
{
	return one < other ? one : other;
}

/* The distance of the optimal string alignment, which never edits a letter twice */
static size_t mistakes(const char *one, const char *other)
{
	size_t length = strlen(one), width = strlen(other);
	size_t table[LENGTH_MAX + 1][LENGTH_MAX + 1];

	for (size_t i = 0; i <= length; i++)
		table[i][0] = i;
	for (size_t j = 0; j <= width; j++)
		table[0][j] = j;
	for (size_t i = 1; i <= length; i++) {
		for (size_t j = 1; j <= width; j++) {
			size_t replaced = table[i - 1][j - 1] + (one[i - 1] != other[j - 1]);

			table[i][j] = least(replaced, 1 + least(table[i - 1][j], table[i][j - 1]));
			if (i > 1 && j > 1 && one[i - 1] == other[j - 2] &&
			    one[i - 2] == other[j - 1])
				table[i][j] = least(table[i][j], table[i - 2][j - 2] + 1);
		}
	}
	return table[length][width];
}

const char *nearest(const char *typed, const char *const *words, size_t count)
{
	size_t length = strlen(typed), allowed = least(length < 6 ? 1 : length / 3, MISTAKES_MAX);
	const char *found = NULL;

	if (length == 0 || length > LENGTH_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t made =
			strlen(words[i]) > LENGTH_MAX ? LENGTH_MAX : mistakes(typed, words[i]);

		if (made > allowed || made >= strlen(words[i]))
			continue;
		found = words[i];
		if (made == 0)
			break;
		allowed = made - 1;
	}
	return found;
}
