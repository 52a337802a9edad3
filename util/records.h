/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_RECORDS_H
#define UTIL_RECORDS_H

#include <json-c/json.h>

/*
 * A file of records, one JSON object in each line. Each record is on disk before the caller
 * continues, so that the file shows what was going on when a machine died.
 */

/**
 * records_open() - open the file in order to add records; create it if it does not exist
 *
 * Where anybody can create files, as in /tmp, a file that exists has to be a regular one of this
 * user, with one name.
 *
 * Return: a file descriptor, or a negative errno: -ELOOP for a symbolic link, -EPERM for somebody
 * else's file.
 */
int records_open(const char *path);

/**
 * records_open_new() - create a file that did not exist, which only this user can read
 * @template: its path, which ends in XXXXXX; these are replaced
 *
 * Return: as records_open().
 */
int records_open_new(char *template);

/**
 * records_add() - add a record, and wait until it is on disk
 * @record: released by this function
 *
 * Return: 0 or a negative errno, such as -ENOSPC; the file then ends as before.
 */
int records_add(int fd, struct json_object *record);

/** records_add_all() - as records_add(), each of an array, which the caller keeps; all or none */
int records_add_all(int fd, struct json_object *records);

/**
 * records_read() - all records, as an array that the caller releases
 *
 * A line that is not a JSON object, such as the last one of a machine that died, is left out.
 *
 * Return: NULL with errno set if the file cannot be read.
 */
struct json_object *records_read(const char *path);

#endif
