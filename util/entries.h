/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_ENTRIES_H
#define UTIL_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/*
 * Entries that survive a killed process: JSON objects in a directory, each in a file of its own. An
 * entry is written under another name, synced and renamed. Its file is therefore either complete or
 * absent.
 */

/**
 * entries_lock() - lock the directory until the returned descriptor and all its copies are closed
 * @directory: created with mode 0700 if it does not exist
 * @name: the name of the lock; a directory can have several locks
 * @holder: if another process holds the lock (-EWOULDBLOCK), the last text given to
 * entries_lock_note(), a new string that the caller frees; otherwise, or without such a text, NULL
 *
 * Return: a file descriptor, or a negative errno.
 */
int entries_lock(const char *directory, const char *name, char **holder);

/**
 * entries_lock_note() - write the holder of the lock into the lock's file: one line, without '\n'
 */
void entries_lock_note(int lock, const char *holder);

/**
 * entries_write() - write or replace an entry
 *
 * Return: 0, or a negative errno. After an error either nothing has changed, or the entry exists
 * but may be lost if the system crashes.
 */
int entries_write(const char *directory, const char *name, struct json_object *entry);

/**
 * entries_read() - read one entry
 *
 * Return: a new object that the caller releases, or NULL with errno set: EBADMSG if the file is not
 * a JSON object.
 */
struct json_object *entries_read(const char *directory, const char *name);

/** entries_remove() - remove one entry; 0 or a negative errno */
int entries_remove(const char *directory, const char *name);

/**
 * entries_list() - return the names of all entries, sorted
 * @count: the number of names
 *
 * Return: a new array of new strings, released with entries_list_release(). NULL if there is no
 * entry or no such directory. A directory that cannot be read is recorded by unread_note().
 */
char **entries_list(const char *directory, size_t *count);
void entries_list_release(char **names, size_t count);

#endif
