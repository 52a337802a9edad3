/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_ENTRIES_H
#define UTIL_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/*
 * Entries that survive a killed process: JSON objects in a directory, each in a file of its own.
 * An entry is written to another name, synced and renamed, so it is complete or not there.
 */

/**
 * entries_lock() - lock the directory, until the returned descriptor and its copies are closed
 * @directory: created with mode 0700 if it does not exist
 * @name: of the lock; a directory can have several
 * @holder: if somebody else has the lock (-EWOULDBLOCK), what entries_lock_note() was told last, a
 *	    new string that the caller frees; NULL if that is nothing
 *
 * Return: a file descriptor, or a negative errno.
 */
int entries_lock(const char *directory, const char *name, char **holder);

/** entries_lock_note() - say in the lock's file who has it: one line, without '\n' */
void entries_lock_note(int lock, const char *holder);

/**
 * entries_write() - write or replace an entry
 *
 * Return: 0, or a negative errno: nothing has changed, or the entry is there, but may not be after
 * the system has crashed.
 */
int entries_write(const char *directory, const char *name, struct json_object *entry);

/**
 * entries_read() - one entry
 *
 * Return: a new object that the caller releases, or NULL with errno set: EBADMSG if the file is
 * not a JSON object.
 */
struct json_object *entries_read(const char *directory, const char *name);

/** entries_remove() - 0 or a negative errno */
int entries_remove(const char *directory, const char *name);

/**
 * entries_list() - the names of all entries, sorted
 * @count: the number of names
 *
 * Return: a new array of new strings, released with entries_list_release(); NULL if there are none,
 * or if there is no such directory. Where it cannot be read, unread_note() knows.
 */
char **entries_list(const char *directory, size_t *count);
void entries_list_release(char **names, size_t count);

#endif
