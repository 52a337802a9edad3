/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_RECORDS_H
#define UTIL_RECORDS_H

#include <json-c/json.h>

/*
 * A file of records, one JSON object in each line. Each record is on disk before the caller
 * continues. After a machine died, the file shows what was going on.
 */

/**
 * records_open() - open the file to add records; create it if it does not exist
 *
 * If every user can create files in the directory, as in /tmp, an existing file must be a regular
 * file of this user. It must have one name.
 *
 * Return: a file descriptor, or a negative errno: -ELOOP for a symbolic link, -EPERM for a file of
 * another user.
 */
int records_open(const char *path);

/**
 * records_open_new() - create a file that did not exist and that only this user can read
 * @template: its path, which ends in XXXXXX; the function replaces these characters
 *
 * Return: as records_open().
 */
int records_open_new(char *template);

/**
 * records_add() - add a record, and wait until it is on disk
 * @record: released by this function
 *
 * Return: 0 or a negative errno, such as -ENOSPC. After an error the file ends as before the call.
 */
int records_add(int fd, struct json_object *record);

/**
 * records_add_all() - add all records of an array, which the caller keeps, or none of them
 *
 * Return: as records_add().
 */
int records_add_all(int fd, struct json_object *records);

/**
 * records_read() - read all records into an array that the caller releases
 *
 * A line that is not a JSON object is left out, such as the last line of a machine that died.
 *
 * Return: NULL with errno set if the file cannot be read.
 */
struct json_object *records_read(const char *path);

#endif
