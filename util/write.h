/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_WRITE_H
#define UTIL_WRITE_H

/** write_all() - write all of @text; 0, or a negative errno, when a part may be written already */
int write_all(int fd, const char *text);

#endif
