/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_UEVENT_H
#define UTIL_UEVENT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The kernel's uevents, straight from the kernel: they come whether udev runs or not, and before
 * udev has handled them. Not by libudev, which for each event looks at every directory of the
 * device's path: while it does, the next one waits, and would get too late a time.
 */

struct uevent_monitor;

struct uevent {
	uint64_t us; /* when it was received, on the monotonic clock */
	uint64_t seqnum;
	const char *action, *device, *subsystem; /* never NULL; in @text */
	char text[8192]; /* the kernel's are at most 2 KiB long, with a header */
};

/**
 * uevent_open() - from now on, keep the events of devices on these buses or of these classes
 * @subsystems: ended by NULL; has to stay until the monitor is closed
 *
 * Return: the monitor, or NULL with errno set; to be closed with uevent_close().
 */
struct uevent_monitor *uevent_open(const char *const *subsystems);
void uevent_close(struct uevent_monitor *monitor);

/**
 * uevent_listen() - whether events are to come at all; they do from uevent_open() on
 *
 * Where nobody listens, the kernel does not write them. Those that came before can still be read.
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
 * Return: 1; 0 if there is none now; -ENOBUFS if events were lost, since more came than were kept;
 * or another negative errno.
 */
int uevent_next(struct uevent_monitor *monitor, struct uevent *event);

#endif
