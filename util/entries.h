/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_ENTRIES_H
#define UTIL_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct json_object;

/*
 * What has to survive a killed process: entries in a directory, each a JSON object in a file of its
 * own, written aside, synced and renamed, so that an entry is there whole or not at all.
 */

/**
 * entries_lock() - keep others from changing the directory, until the returned descriptor is closed
 * @directory: made if it is not there, for its owner alone
 * @holder: where it is locked already (-EWOULDBLOCK), the process that did; 0 if that is not known
 *
 * Return: a file descriptor, or a negative errno.
 */
int entries_lock(const char *directory, pid_t *holder);

/** entries_write() - write an entry, or replace it; 0 or a negative errno, and then all is as
 * before */
int entries_write(const char *directory, const char *name, struct json_object *entry);

/**
 * entries_read() - one entry
 *
 * Return: a new object that the caller releases, or NULL with errno set: EBADMSG for a file that is
 * no JSON object.
 */
struct json_object *entries_read(const char *directory, const char *name);

/** entries_remove() - 0 or a negative errno */
int entries_remove(const char *directory, const char *name);

/**
 * entries_list() - the names of all entries, in order
 * @count: how many there are
 *
 * Return: a new array of new strings, released with entries_list_release(); NULL if there are none,
 * or if there is no such directory.
 */
char **entries_list(const char *directory, size_t *count);
void entries_list_release(char **names, size_t count);

#endif
