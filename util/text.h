/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include <stdbool.h>
#include <string.h>

/** text_same() - are they the same text, or both NULL, which stands for none? */
static inline bool text_same(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) == 0 : one == other;
}

#endif
