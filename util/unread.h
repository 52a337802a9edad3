/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_UNREAD_H
#define UTIL_UNREAD_H

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Files that could not be read although they may exist. An attribute that is missing, or that this
 * process may not read, is part of an answer: its value is unknown. But errors such as too many
 * open files, no memory, or a failure of the device are no answer. An answer without the attribute
 * would be wrong. The code that reads records the error here and goes on. The command tests for it
 * at its end, or before it changes anything.
 */

/**
 * unread_note() - record that @path could not be read, unless @error itself is an answer
 * @dirfd: the directory that @path is relative to, or AT_FDCWD
 * @error: a negative errno
 *
 * Only the first error is recorded. Any thread may call this function.
 *
 * Return: @error.
 */
int unread_note(int dirfd, const char *path, int error);

/**
 * unread_insist() - as unread_note(), for a file that every user can read: also records EACCES and
 * EPERM
 */
int unread_insist(int dirfd, const char *path, int error);

/* The first error of a part of the reading. All zero: none */
struct unread {
	int error; /* a negative errno */
	char path[PATH_MAX];
};

/**
 * unread_collect() - from now on, record the first error of this thread in @unread; NULL: as before
 *
 * If several threads read, their errors are adopted in the order of what they read. Which error is
 * the first then does not depend on which thread was faster.
 */
void unread_collect(struct unread *unread);

/** unread_adopt() - record the error in @unread, if there is one, as unread_note() does */
void unread_adopt(const struct unread *unread);

/** unread_entry() - call readdir(3), and record its error */
struct dirent *unread_entry(DIR *directory);

/**
 * unread_end() - test whether reading @file ended with an error
 *
 * The caller must call it right after the read. Return: 0, or a negative errno, which is recorded
 * as by unread_note().
 */
int unread_end(FILE *file);

/** unread_any() - test whether an error has been recorded */
bool unread_any(void);

/** unread_error() - return the recorded error, a negative errno; 0 if there is none */
int unread_error(void);

/** unread_text() - return "PATH: ERROR", a new string; NULL if no error was recorded */
char *unread_text(void);

/** unread_forget() - forget the recorded error, because a new answer begins */
void unread_forget(void);

#endif
