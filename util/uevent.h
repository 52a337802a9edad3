/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_UEVENT_H
#define UTIL_UEVENT_H

/*
 * The kernel's uevents, by libudev, straight from the kernel: they come whether udev runs or not,
 * and before udev has handled them.
 */

struct udev_device;
struct uevent_monitor;

/**
 * uevent_open() - from now on, keep the events of devices on these buses or of these classes
 * @subsystems: ended by NULL
 *
 * Return: the monitor, or NULL with errno set; to be closed with uevent_close().
 */
struct uevent_monitor *uevent_open(const char *const *subsystems);
void uevent_close(struct uevent_monitor *monitor);

/** uevent_fd() - a file descriptor that polls readable when there is an event */
int uevent_fd(const struct uevent_monitor *monitor);

/**
 * uevent_next() - the next event
 * @device: what happened to which device; released with udev_device_unref()
 *
 * Return: 1; 0 if there is none now; -ENOBUFS if events were lost, since more came than were kept;
 * or another negative errno.
 */
int uevent_next(struct uevent_monitor *monitor, struct udev_device **device);

#endif
