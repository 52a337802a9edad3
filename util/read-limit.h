/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_READ_LIMIT_H
#define UTIL_READ_LIMIT_H

#include <errno.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * A limit for the time in which the kernel has to answer a read. Without it, the read of an
 * attribute of a region can last for ever, and can keep the process that assembles the region from
 * going on (Documentation/findings/region-deadlock.md). A signal ends such a read, and lets the
 * other process go on.
 *
 * Between read_limit_begin() and read_limit_end(), a timer sends a signal to this thread about once
 * a second. A read that the signal interrupts was not answered in time. It is made again a few
 * times. System calls of other code in the same thread can fail with EINTR in the meantime, as with
 * any signal without SA_RESTART; between the two calls there should be nothing that waits.
 */

/**
 * read_limit_begin() - begin to limit the reads of this thread
 *
 * The calls may be nested: the outermost call starts the timer, and each read needs no system call
 * for it.
 */
void read_limit_begin(void);

/** read_limit_end() - end what the latest read_limit_begin() of this thread began */
void read_limit_end(void);

/**
 * read_limit_off() - never limit reads in this process, and in its children
 *
 * For the exerciser, whose readers have to find the deadlock.
 */
void read_limit_off(void);

/**
 * read_limited() - read from a file, within the limit if there is one
 * @offset: where to read, as pread(2); negative: at the position of the file, as read(2)
 *
 * Return: the number of bytes, or a negative errno: -EDEADLK if the kernel did not answer in time.
 */
ssize_t read_limited(int fd, void *buf, size_t size, off_t offset);

/**
 * read_limit_again() - after -EDEADLK, decide whether to read again
 * @tries: the number of reads until now; it begins with 0
 *
 * Return: true after a short pause; false if the kernel has had enough time. The following reads
 * then have less time, until the outermost read_limit_end(): there can be many that are not
 * answered.
 */
bool read_limit_again(int *tries);

/* Evaluate @attempt, which opens a file, reads it and closes it, until it is not -EDEADLK */
#define READ_REPEATEDLY(attempt)                                                                   \
	({                                                                                         \
		int rc_, tries_ = 0;                                                               \
                                                                                                   \
		read_limit_begin();                                                                \
		do                                                                                 \
			rc_ = (attempt);                                                           \
		while (rc_ == -EDEADLK && read_limit_again(&tries_));                              \
		read_limit_end();                                                                  \
		rc_;                                                                               \
	})

#endif
