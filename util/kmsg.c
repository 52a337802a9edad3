// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/kmsg.h"
#include "util/memory.h"

struct kmsg {
	int fd;
};

/* The first entry whose text is in the line determines the kind. */
static const struct {
	const char *kind, *text;
} reports[] = {
#define KERNEL_REPORT(kind, text) {kind, text},
#include "util/kernel-reports.def"
#undef KERNEL_REPORT
};

struct kmsg *kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct kmsg *kmsg;

	if (fd < 0)
		return NULL;
	if (lseek(fd, 0, SEEK_END) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return NULL;
	}
	kmsg = memory_check(calloc(1, sizeof(*kmsg)));
	kmsg->fd = fd;
	return kmsg;
}

void kmsg_close(struct kmsg *kmsg)
{
	if (!kmsg)
		return;
	close(kmsg->fd);
	free(kmsg);
}

int kmsg_fd(const struct kmsg *kmsg)
{
	return kmsg->fd;
}

/*
 * A record is "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT\n", followed by lines of a dictionary. The
 * upper bits of the priority are the facility, which is 0 for the kernel alone.
 */
bool kmsg_parse(const char *text, struct kmsg_record *record)
{
	const char *line = strchr(text, ';');
	unsigned long long us;
	unsigned int priority;

	if (!line || sscanf(text, "%u,%*u,%llu,", &priority, &us) != 2 || priority >> 3 != 0)
		return false;
	record->us = us;
	snprintf(record->text, sizeof(record->text), "%.*s", (int)strcspn(line + 1, "\n"),
		 line + 1);
	return true;
}

int kmsg_next(struct kmsg *kmsg, struct kmsg_record *record)
{
	char buf[8192];
	ssize_t got;

	do {
		got = TEMP_FAILURE_RETRY(read(kmsg->fd, buf, sizeof(buf) - 1));
		if (got < 0)
			return errno == EAGAIN ? 0 : -errno;
		buf[got] = '\0';
	} while (got > 0 && !kmsg_parse(buf, record));
	return got > 0;
}

int kmsg_open_to_say(void)
{
	return open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
}

void kmsg_say(int fd, const char *text)
{
	/* The line only helps a reader of the log: an error is no reason to stop. */
	if (write(fd, text, strlen(text)) < 0)
		errno = 0;
}

const char *kmsg_splat(const char *text)
{
	for (size_t i = 0; i < sizeof(reports) / sizeof(*reports); i++) {
		if (strstr(text, reports[i].text))
			return reports[i].kind;
	}
	return NULL;
}
