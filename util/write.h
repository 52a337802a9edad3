/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_WRITE_H
#define UTIL_WRITE_H

#include <sys/types.h>

/** write_all() - write all of @text; 0, or a negative errno, when a part may be written already */
int write_all(int fd, const char *text);

/**
 * write_replace() - write or replace the file @path: to another name, synced and renamed
 * @mode: of the file, where no umask forbids it
 *
 * Return: 0 once the name is on disk; or a negative errno: nothing has changed, or the file is
 * there, but may not be after the system has crashed.
 */
int write_replace(const char *path, const char *text, mode_t mode);

/** write_sync_name() - that there is such a file, or none, is on disk; 0 or a negative errno */
int write_sync_name(const char *path);

#endif
