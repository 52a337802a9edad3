/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_KMSG_H
#define UTIL_KMSG_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The kernel log, record by record, from /dev/kmsg (Documentation/ABI/testing/dev-kmsg in the
 * kernel's source). Only the kernel's own records count. Records that user space wrote are left
 * out.
 */

struct kmsg;

struct kmsg_record {
	uint64_t us;	 /* microseconds since the machine was started */
	char text[1024]; /* without the dictionary, truncated if it is longer */
};

/**
 * kmsg_open() - open the kernel log at its end: only later records are read
 *
 * Return: the log, or NULL with errno set (EPERM or EACCES: only root may read it). The caller
 * closes it with kmsg_close().
 */
struct kmsg *kmsg_open(void);
void kmsg_close(struct kmsg *kmsg);

/** kmsg_fd() - return a file descriptor that polls readable when there is another record */
int kmsg_fd(const struct kmsg *kmsg);

/**
 * kmsg_next() - read the next record
 *
 * Return: 1; 0 if there is none now; -EPIPE if records were overwritten before they were read; or
 * another negative errno. After -EPIPE the next call continues with the records that are left.
 */
int kmsg_next(struct kmsg *kmsg, struct kmsg_record *record);

/**
 * kmsg_parse() - parse one record, as one read(2) of /dev/kmsg returns it
 *
 * Return: false if the kernel itself did not write it.
 */
bool kmsg_parse(const char *text, struct kmsg_record *record);

/**
 * kmsg_open_to_say() - open the log for kmsg_say()
 *
 * Return: a file descriptor, which the caller closes; or -1 with errno set (without root).
 */
int kmsg_open_to_say(void);

/** kmsg_say() - add a line of this program to the log; does nothing if @fd is -1 */
void kmsg_say(int fd, const char *text);

/**
 * kmsg_splat() - return the kind of kernel report that begins with a line (util/kernel-reports.def)
 *
 * Return: "warning", "bug", "oops", "panic", "kasan", "kfence", "kcsan", "kmsan", "ubsan",
 * "kmemleak", "lockdep", "rcu", "atomic-sleep", "preempt", "refcount", "page", "hung-task",
 * "stall", "list" or "sysfs"; NULL for a line that begins no report.
 */
const char *kmsg_splat(const char *text);

#endif
