/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_NEAREST_H
#define UTIL_NEAREST_H

#include <stddef.h>

/**
 * nearest() - find the word that a user who typed @typed may have meant
 * @words: the words to choose from
 *
 * Each missing, added or replaced letter counts as one mistake, and so does each swap of two
 * adjacent letters. One mistake is allowed for every three letters: at least one, at most three.
 *
 * Return: one of @words, the first with the fewest mistakes; NULL if no word is near.
 */
const char *nearest(const char *typed, const char *const *words, size_t count);

#endif
