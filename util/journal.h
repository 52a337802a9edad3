/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_JOURNAL_H
#define UTIL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct json_object;

/*
 * What has to survive a killed process: entries in a folder, each a JSON object in a file of its
 * own, written aside, synced and renamed, so that an entry is there whole or not at all.
 */

/**
 * journal_lock() - keep others from changing the folder, until the returned descriptor is closed
 * @folder: made if it is not there, for its owner alone
 * @holder: where it is locked already (-EWOULDBLOCK), the process that did; 0 if that is not known
 *
 * Return: a file descriptor, or a negative errno.
 */
int journal_lock(const char *folder, pid_t *holder);

/** journal_write() - write an entry, or replace it; 0 or a negative errno, and then all is as
 * before */
int journal_write(const char *folder, const char *name, struct json_object *entry);

/**
 * journal_read() - one entry
 *
 * Return: a new object that the caller releases, or NULL with errno set: EBADMSG for a file that is
 * no JSON object.
 */
struct json_object *journal_read(const char *folder, const char *name);

/** journal_remove() - 0 or a negative errno */
int journal_remove(const char *folder, const char *name);

/**
 * journal_list() - the names of all entries, in order
 * @count: how many there are
 *
 * Return: a new array of new strings, released with journal_list_release(); NULL if there are none,
 * or if there is no such folder.
 */
char **journal_list(const char *folder, size_t *count);
void journal_list_release(char **names, size_t count);

#endif
