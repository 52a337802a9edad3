/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_UNREAD_H
#define UTIL_UNREAD_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * What could not be read, although it may be there. An attribute that is missing, or that this
 * process may not read, is part of an answer: it is not known. But with too many open files, no
 * memory, or an error of the device, an answer without the attribute would be a wrong one. Those
 * who read note it here and go on; the command asks at its end, or before it acts.
 */

/**
 * unread_note() - @path could not be read: remember that, if @error says nothing about what is
 * there
 * @dirfd: the directory that @path is relative to, or AT_FDCWD
 * @error: a negative errno
 *
 * Only the first is remembered. Any thread may call it. Return: @error.
 */
int unread_note(int dirfd, const char *path, int error);

/** unread_insist() - likewise, of what everybody can read: also if @error is about permissions */
int unread_insist(int dirfd, const char *path, int error);

/** unread_entry() - readdir(3), whose error is noted */
struct dirent *unread_entry(DIR *directory);

/**
 * unread_end() - was it an error after which nothing more of @file could be read?
 *
 * Called right after that. Return: 0, or a negative errno, which is noted.
 */
int unread_end(FILE *file);

/** unread_any() - has anything been noted? */
bool unread_any(void);

/** unread_error() - the negative errno of what was noted; 0 if nothing was */
int unread_error(void);

/** unread_text() - "PATH: ERROR", a new string; NULL if nothing was noted */
char *unread_text(void);

/** unread_forget() - what is read from now on, is another answer */
void unread_forget(void);

#endif
