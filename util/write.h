/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_WRITE_H
#define UTIL_WRITE_H

#include <sys/types.h>

/** write_all() - write all of @text; 0, or a negative errno, when a part may have been written */
int write_all(int fd, const char *text);

/**
 * write_replace() - write or replace the file @path: write another name, sync and rename it
 * @mode: the mode of the file, before the umask
 *
 * Return: 0 once the name is on disk, or a negative errno. After an error either nothing has
 * changed, or the file exists but may be lost if the system crashes.
 */
int write_replace(const char *path, const char *text, mode_t mode);

/**
 * write_sync_name() - sync the directory of @path to disk, so that its name, or its removal,
 * persists
 *
 * Return: 0 or a negative errno.
 */
int write_sync_name(const char *path);

#endif
