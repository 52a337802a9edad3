/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_PROGRESS_H
#define UTIL_PROGRESS_H

/*
 * A line on stderr for what takes longer than a second: "cxl: reading the CXL devices: 3 s". Only
 * on a terminal. A timer's signal (SIGALRM) draws it, so that nothing that takes long has to know
 * of it; system calls go on afterwards, but poll(2) and its like end with EINTR.
 */

/** progress_begin() - from now on, this is going on; @what is copied */
void progress_begin(const char *what);

/** progress_end() - it is over: the line is erased; also without progress_begin() */
void progress_end(void);

/** progress_erase() - as a handler of a signal may call it, before it writes something itself */
void progress_erase(void);

#endif
