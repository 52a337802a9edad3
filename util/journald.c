// SPDX-License-Identifier: LGPL-2.1-only
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/journald.h"
#include "util/memory.h"

int journald_open(void)
{
	const struct sockaddr_un address = {AF_UNIX, "/run/systemd/journal/socket"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

/* The protocol puts the length before a value of more than one line. */
static void add_field(FILE *out, const struct journald_field *field)
{
	size_t length = strlen(field->value);
	uint64_t before = htole64(length);

	if (!strchr(field->value, '\n')) {
		fprintf(out, "%s=%s\n", field->name, field->value);
		return;
	}
	fprintf(out, "%s\n", field->name);
	fwrite(&before, sizeof(before), 1, out);
	fwrite(field->value, 1, length, out);
	fputc('\n', out);
}

/* journald may have been restarted since the socket was connected. */
static int send_again(int fd, const char *text, size_t size)
{
	_cleanup_close_ int now = journald_open();

	if (now < 0)
		return now;
	if (dup3(now, fd, O_CLOEXEC) < 0)
		return -errno;
	return send(fd, text, size, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int journald_send(int fd, const struct journald_field *fields, size_t count)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = memory_check(open_memstream(&text, &size));

	for (size_t i = 0; i < count; i++) {
		if (fields[i].value)
			add_field(out, &fields[i]);
	}
	if (fclose(out) == EOF)
		memory_check(NULL);
	if (send(fd, text, size, MSG_NOSIGNAL) >= 0)
		return 0;
	return errno == ECONNREFUSED || errno == ENOTCONN ? send_again(fd, text, size) : -errno;
}
