// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/memory.h"
#include "util/uevent.h"

/* The multicast group of the kernel's own events; udev sends to group 2. */
#define KERNEL_GROUP 1

struct uevent_monitor {
	const char *const *subsystems;
	int fd;
};

struct uevent_monitor *uevent_open(const char *const *subsystems)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
	struct uevent_monitor *monitor = memory_check(calloc(1, sizeof(*monitor)));
	const int size = 1024 * 1024; /* holds some hundred events */
	int error;

	monitor->subsystems = subsystems;
	monitor->fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	if (monitor->fd >= 0 &&
	    bind(monitor->fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		/* Without root the buffer may stay smaller, which is not an error. */
		if (setsockopt(monitor->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
			setsockopt(monitor->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
		return monitor;
	}
	error = errno;
	uevent_close(monitor);
	errno = error;
	return NULL;
}

void uevent_close(struct uevent_monitor *monitor)
{
	if (monitor->fd >= 0)
		close(monitor->fd);
	free(monitor);
}

int uevent_listen(struct uevent_monitor *monitor, bool on)
{
	const int group = KERNEL_GROUP;

	return setsockopt(monitor->fd, SOL_NETLINK,
			  on ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP, &group,
			  sizeof(group)) < 0
		       ? -errno
		       : 0;
}

int uevent_fd(const struct uevent_monitor *monitor)
{
	return monitor->fd;
}

/* Return the value of "KEY=VALUE" if its key is @key */
static const char *value_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	return strncmp(line, key, length) == 0 && line[length] == '=' ? line + length + 1 : NULL;
}

/* "ACTION@PATH", followed by lines of "KEY=VALUE", each ended by a null byte */
void uevent_parse(struct uevent *event, size_t length)
{
	const char *path = "", *value;

	event->action = event->subsystem = "";
	event->seqnum = 0;
	for (const char *line = event->text; line < event->text + length;
	     line += strlen(line) + 1) {
		if ((value = value_of(line, "ACTION")))
			event->action = value;
		else if ((value = value_of(line, "DEVPATH")))
			path = value;
		else if ((value = value_of(line, "SUBSYSTEM")))
			event->subsystem = value;
		else if ((value = value_of(line, "SEQNUM")))
			event->seqnum = strtoull(value, NULL, 10);
	}
	value = strrchr(path, '/');
	event->device = value ? value + 1 : path;
}

static bool is_wanted(const struct uevent_monitor *monitor, const struct uevent *event)
{
	for (size_t i = 0; monitor->subsystems[i]; i++) {
		if (strcmp(monitor->subsystems[i], event->subsystem) == 0)
			return true;
	}
	return false;
}

int uevent_next(struct uevent_monitor *monitor, struct uevent *event)
{
	for (;;) {
		struct sockaddr_nl from = {0};
		socklen_t size = sizeof(from);
		ssize_t got = TEMP_FAILURE_RETRY(recvfrom(monitor->fd, event->text,
							  sizeof(event->text) - 1, 0,
							  (struct sockaddr *)&from, &size));

		if (got < 0)
			return errno == EAGAIN ? 0 : -errno;
		event->us = clock_now();
		event->text[got] = '\0';
		if (from.nl_pid != 0) /* the sender is not the kernel */
			continue;
		uevent_parse(event, (size_t)got);
		if (is_wanted(monitor, event))
			return 1;
	}
}
