/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_PROGRESS_H
#define UTIL_PROGRESS_H

/*
 * A line on stderr for an operation that takes longer than a second: "cxl: reading the CXL devices:
 * 3 s". It appears only on a terminal. The handler of SIGALRM draws the line from a timer, and the
 * operation itself needs no code for it. Interrupted system calls are restarted, except poll(2) and
 * similar ones, which fail with EINTR.
 */

/** progress_begin() - begin the line for the operation @what, which is copied */
void progress_begin(const char *what);

/** progress_end() - erase the line; also allowed without progress_begin() */
void progress_end(void);

/** progress_erase() - erase the line from a signal handler, before it writes a message itself */
void progress_erase(void);

#endif
