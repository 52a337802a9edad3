/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_REPLACE_H
#define UTIL_REPLACE_H

#include <stdbool.h>

/*
 * Writing a file as a whole: it is written aside, in the same directory, and renamed. Whoever reads
 * the file sees the old one or the new one, and an error leaves the old one as it is.
 *
 * Only a regular file is replaced: not a device, such as /dev/stdout, and no link, which would be
 * replaced itself.
 */

/**
 * replace_check() - can a file be put there, as far as that can be known before it is?
 *
 * Return: 0 or a negative errno: -EEXIST if something else is there.
 */
int replace_check(const char *path);

/** replace_is_same() - do both paths name the same file, whether it is there yet or not? */
bool replace_is_same(const char *path, const char *other);

/** replace_why() - what is wrong, for people, by what one of these functions returned */
const char *replace_why(int rc);

/** replace_file() - put a file with that text there; 0 or a negative errno, as replace_check() */
int replace_file(const char *path, const char *text);

#endif
