/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_JOURNALD_H
#define UTIL_JOURNALD_H

#include <stddef.h>

/*
 * Writes entries with fields to systemd-journald, by its native protocol, which is stable
 * (JOURNAL_NATIVE_PROTOCOL of systemd): one datagram for each entry.
 */

/* A field; its name has capital letters, digits and '_' only */
struct journald_field {
	const char *name;
	const char *value; /* NULL: the entry does not have this field */
};

/** journald_open() - a socket for journald_send(), closed with close(2); or a negative errno */
int journald_open(void);

/** journald_send() - one entry; 0 or a negative errno. A value may be more than one line. */
int journald_send(int fd, const struct journald_field *fields, size_t count);

#endif
