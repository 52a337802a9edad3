/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_JOURNALD_H
#define UTIL_JOURNALD_H

#include <stddef.h>

/*
 * Write entries with fields to systemd-journald, by its native protocol, which is stable
 * (JOURNAL_NATIVE_PROTOCOL of systemd). Each entry is one datagram.
 */

/* A field. Its name consists of capital letters, digits and '_'. */
struct journald_field {
	const char *name;
	const char *value; /* NULL: the entry does not have this field */
};

/**
 * journald_open() - open a socket for journald_send(); a negative errno on error
 *
 * The caller closes it with close(2).
 */
int journald_open(void);

/** journald_send() - send one entry; 0 or a negative errno. A value may have several lines. */
int journald_send(int fd, const struct journald_field *fields, size_t count);

#endif
