// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <libudev.h>
#include <poll.h>
#include <stdlib.h>

#include "util/memory.h"
#include "util/uevent.h"

struct uevent_monitor {
	struct udev *udev;
	struct udev_monitor *monitor;
};

struct uevent_monitor *uevent_open(const char *const *subsystems)
{
	struct uevent_monitor *monitor = memory_check(calloc(1, sizeof(*monitor)));
	int rc;

	monitor->udev = memory_check(udev_new());
	monitor->monitor = udev_monitor_new_from_netlink(monitor->udev, "kernel");
	rc = monitor->monitor ? 0 : -errno;
	for (; rc >= 0 && *subsystems; subsystems++)
		rc = udev_monitor_filter_add_match_subsystem_devtype(monitor->monitor, *subsystems,
								     NULL);
	/* Enough for some hundred events. Without root it may stay smaller, which is no error. */
	if (rc >= 0)
		udev_monitor_set_receive_buffer_size(monitor->monitor, 1024 * 1024);
	if (rc >= 0)
		rc = udev_monitor_enable_receiving(monitor->monitor);
	if (rc >= 0)
		return monitor;
	uevent_close(monitor);
	errno = -rc;
	return NULL;
}

void uevent_close(struct uevent_monitor *monitor)
{
	udev_monitor_unref(monitor->monitor);
	udev_unref(monitor->udev);
	free(monitor);
}

int uevent_fd(const struct uevent_monitor *monitor)
{
	return udev_monitor_get_fd(monitor->monitor);
}

/* An event that the filter drops is none, too: there may be another after it. */
int uevent_next(struct uevent_monitor *monitor, struct udev_device **device)
{
	struct pollfd ready = {.fd = uevent_fd(monitor), .events = POLLIN};

	while (poll(&ready, 1, 0) > 0) {
		errno = 0;
		*device = udev_monitor_receive_device(monitor->monitor);
		if (*device)
			return 1;
		if (errno && errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return 0;
}
