/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_UEVENT_H
#define UTIL_UEVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The kernel's uevents, received from the kernel itself: whether udev runs or not, and before udev
 * has handled them. libudev is not used, because for each event it looks at every directory of the
 * device's path, and the next event, which waits meanwhile, would get a time that is too late.
 */

struct uevent_monitor;

struct uevent {
	uint64_t us; /* when it was received, on the monotonic clock */
	uint64_t seqnum;
	const char *action, *device, *subsystem; /* never NULL; in @text */
	char text[8192]; /* the kernel's are at most 2 KiB long, with a header */
};

/**
 * uevent_open() - receive the events of devices on these buses or of these classes from now on
 * @subsystems: ended by NULL; has to remain valid until the monitor is closed
 *
 * Return: the monitor, or NULL with errno set; to be closed with uevent_close().
 */
struct uevent_monitor *uevent_open(const char *const *subsystems);
void uevent_close(struct uevent_monitor *monitor);

/**
 * uevent_listen() - switch the receipt of events on or off; uevent_open() switches it on
 *
 * The kernel does not write events that no process receives. Events received before can still be
 * read.
 *
 * Return: 0 or a negative errno.
 */
int uevent_listen(struct uevent_monitor *monitor, bool on);

/** uevent_fd() - a file descriptor that polls readable when there is an event */
int uevent_fd(const struct uevent_monitor *monitor);

/**
 * uevent_next() - the next event
 * @event: what happened to which device
 *
 * Return: 1; 0 if there is none now; -ENOBUFS if events were lost because the buffer was full; or
 * another negative errno.
 */
int uevent_next(struct uevent_monitor *monitor, struct uevent *event);

/**
 * uevent_parse() - fill in an event from its text
 * @length: of what was received in @event's text, which has a null byte after it
 */
void uevent_parse(struct uevent *event, size_t length);

#endif
