/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_NEAREST_H
#define UTIL_NEAREST_H

#include <stddef.h>

/**
 * nearest() - find the word that somebody who typed @typed may have meant
 * @words: what there is to choose from
 *
 * A letter that was left out, added, or replaced, and two letters that changed places, count as one
 * mistake each. One mistake is allowed for every three letters: at least one, at most three.
 *
 * Return: one of @words, the first of those with the fewest mistakes; NULL if none is near.
 */
const char *nearest(const char *typed, const char *const *words, size_t count);

#endif
