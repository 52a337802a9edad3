/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_FLAG_H
#define UTIL_FLAG_H

/*
 * The value of an attribute that is 0 or 1, or a truth value that may be unknown. Snapshots have
 * thousands: each is one byte.
 */
enum __attribute__((packed)) flag {
	FLAG_UNKNOWN = -1,
	FLAG_NO = 0,
	FLAG_YES = 1,
};

#endif
