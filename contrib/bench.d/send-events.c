// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: send-events RATE COUNT ACTION:DEVICE:SUBSYSTEM...
 *
 * Send COUNT uevents, the given ones in turn, RATE a second; 0: as fast as possible. Print how many
 * microseconds that took.
 *
 * They go to the kernel, which sends them on to all processes of this network namespace that listen
 * to its own events, with a number, and as if they were its own (uevent_net_rcv_skb() in
 * lib/kobject_uevent.c). It takes them only from the root of the namespace: unshare -rn.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* How much time may be made up for */
#define FLOOD_US 20000

struct message {
	struct nlmsghdr header;
	char text[512];
};

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static void wait_until(long long us)
{
	const struct timespec until = {us / 1000000, us % 1000000 * 1000};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* "change:mem0:cxl" as the kernel writes it; the lines end in null bytes */
static int write_message(struct message *message, char *event)
{
	const char *action = strsep(&event, ":"), *device = strsep(&event, ":");
	int length;

	if (!device || !event)
		return -1;
	length = snprintf(message->text, sizeof(message->text),
			  "%s@/devices/%s%cACTION=%s%cDEVPATH=/devices/%s%cSUBSYSTEM=%s", action,
			  device, 0, action, 0, device, 0, event);
	if (length < 0 || (size_t)length >= sizeof(message->text))
		return -1;
	message->header = (struct nlmsghdr){
		.nlmsg_len = NLMSG_HDRLEN + (unsigned int)length + 1,
		.nlmsg_type = NLMSG_MIN_TYPE,
		.nlmsg_flags = NLM_F_REQUEST,
	};
	return 0;
}

/*
 * Wait until it is time for an event, and return the time of the next. A sleep takes longer than
 * the time between two events: what is due is sent. But if this process did not run for a while, it
 * sends no flood afterwards, which would be another rate.
 */
static double pace(double due, double every)
{
	double today = (double)now();

	if (due > today)
		wait_until((long long)due);
	else if (due < today - FLOOD_US)
		due = today - FLOOD_US;
	return due + every;
}

static int send_all(int fd, const struct message *messages, size_t nr_messages, long long rate,
		    long long count)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	double due = (double)now(), begun = due;

	for (long long i = 0; i < count; i++) {
		const struct message *message = &messages[(size_t)i % nr_messages];

		if (rate > 0)
			due = pace(due, 1000000.0 / (double)rate);
		if (sendto(fd, message, message->header.nlmsg_len, 0,
			   (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
			return -1;
	}
	printf("%lld\n", now() - (long long)begun);
	return 0;
}

/* Send one event, and wait for the kernel's reply: it does not reply to the others */
static int is_allowed(int fd, struct message message)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[1024];
	} reply;

	message.header.nlmsg_flags |= NLM_F_ACK;
	if (sendto(fd, &message, message.header.nlmsg_len, 0, (const struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0 ||
	    recv(fd, &reply, sizeof(reply), 0) < (ssize_t)NLMSG_LENGTH(sizeof(reply.error)))
		return 0;
	errno = -reply.error.error;
	return reply.error.error == 0 || errno == ESRCH || errno == ENOBUFS;
}

int main(int argc, char **argv)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	static struct message messages[64];
	size_t nr_messages = argc > 3 ? (size_t)argc - 3 : 0;
	char silent[] = "change:send-events:none";
	struct message first;

	if (nr_messages == 0 || nr_messages > 64)
		goto wrong;
	for (size_t i = 0; i < nr_messages; i++) {
		if (write_message(&messages[i], argv[i + 3]) < 0)
			goto wrong;
	}
	write_message(&first, silent);
	if (fd < 0 || !is_allowed(fd, first) ||
	    send_all(fd, messages, nr_messages, atoll(argv[1]), atoll(argv[2])) < 0) {
		perror("send-events");
		return 1;
	}
	return 0;
wrong:
	fputs("usage: send-events RATE COUNT ACTION:DEVICE:SUBSYSTEM...\n", stderr);
	return 2;
}
