/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_UEVENT_H
#define UTIL_UEVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The kernel's uevents, received from the kernel itself, whether or not udev runs, and before udev
 * has handled them. libudev is not used, because it reads every directory of the device's path for
 * each event. The next event, which waits in the meantime, would get a time that is too late.
 */

struct uevent_monitor;

struct uevent {
	uint64_t us; /* the time of receipt, on the monotonic clock, in microseconds */
	uint64_t seqnum;
	const char *action, *device, *subsystem; /* never NULL; they point into @text */
	char text[8192]; /* the kernel's events have at most 2 KiB, with a header */
};

/**
 * uevent_open() - receive the events of devices on these buses or in these classes
 * @subsystems: ended by NULL; must remain valid until the monitor is closed
 *
 * Return: the monitor, or NULL with errno set. The caller closes it with uevent_close().
 */
struct uevent_monitor *uevent_open(const char *const *subsystems);
void uevent_close(struct uevent_monitor *monitor);

/**
 * uevent_listen() - switch the receipt of events on or off; uevent_open() switches it on
 *
 * The kernel does not generate events that no process receives. Events received before can still be
 * read.
 *
 * Return: 0 or a negative errno.
 */
int uevent_listen(struct uevent_monitor *monitor, bool on);

/** uevent_fd() - return a file descriptor that polls readable when there is an event */
int uevent_fd(const struct uevent_monitor *monitor);

/**
 * uevent_next() - read the next event
 * @event: the action and the device
 *
 * Return: 1; 0 if there is none now; -ENOBUFS if events were lost because the buffer was full; or
 * another negative errno.
 */
int uevent_next(struct uevent_monitor *monitor, struct uevent *event);

/**
 * uevent_parse() - fill in an event from its text
 * @length: the received bytes in the text of @event, which are followed by a null byte
 */
void uevent_parse(struct uevent *event, size_t length);

#endif
