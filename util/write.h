/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_WRITE_H
#define UTIL_WRITE_H

/** write_all() - all of @text to @fd; 0, or a negative errno after a part of it may be written */
int write_all(int fd, const char *text);

#endif
