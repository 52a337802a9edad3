// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: bare-events LAST
 *
 * The least that a program does that receives the kernel's uevents: it waits for each and counts
 * it. It prints "ready" once it listens, and ends with the removal of the device LAST. It then
 * prints how many events it got, and how often the kernel had dropped some.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	const int size = 1024 * 1024; /* as cxl list-attach --follow */
	long long events = 0, lost = 0;
	char text[8192], last[128];

	if (argc != 2)
		return 2;
	snprintf(last, sizeof(last), "remove@/devices/%s", argv[1]);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("bare-events");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	do {
		ssize_t got = recv(fd, text, sizeof(text) - 1, 0);

		text[got < 0 ? 0 : got] = '\0';
		events += got >= 0;
		lost += got < 0 && errno == ENOBUFS;
	} while (strcmp(text, last) != 0);
	printf("%lld %lld\n", events, lost);
	return 0;
}
