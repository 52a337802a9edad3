/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_RECORDS_H
#define UTIL_RECORDS_H

#include <json-c/json.h>

/*
 * A file of records, one JSON object in each line, that is on disk before what comes next happens:
 * it tells what was going on when the machine died.
 */

/**
 * records_open() - open the file to add to it; it is made if there is none
 *
 * Return: a file descriptor, or a negative errno.
 */
int records_open(const char *path);

/**
 * records_add() - add one, and wait until it is on disk
 * @record: released
 *
 * Return: 0 or a negative errno: -ENOSPC, say. Then the file ends as it did before.
 */
int records_add(int fd, struct json_object *record);

/**
 * records_read() - all of them, in an array that the caller releases
 *
 * A line that is no JSON object, such as the last one of a machine that died, is left out.
 *
 * Return: NULL with errno set if the file cannot be read.
 */
struct json_object *records_read(const char *path);

#endif
