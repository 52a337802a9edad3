// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: bare-round [--no-flush] MEMDEV HOST DRIVER
 *
 * The least that takes an attached memdev down and brings it back: write its name to cxl_mem's
 * unbind, and its host's to the bind of DRIVER, the driver's folder in sysfs. In between it waits,
 * as everybody has to, for the work that the unbind leaves behind and that could undo the bind;
 * with --no-flush it does not, and a host that still has its driver then is not bound. It looks at
 * nothing and verifies nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* 0, also if it fails with the one error that may be */
static int put(const char *folder, const char *file, const char *text, int may_be)
{
	char path[PATH_MAX];
	ssize_t done = -1;
	int fd; /* closed with the process: nothing is to come between the writes */

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		done = write(fd, text, strlen(text));
	if (done >= 0 || errno == may_be)
		return 0;
	perror(path);
	return 1;
}

int main(int argc, char **argv)
{
	int flush = argc < 2 || strcmp(argv[1], "--no-flush") != 0;

	argv += 1 + !flush;
	argc -= 1 + !flush;
	if (argc != 3) {
		fputs("usage: bare-round [--no-flush] MEMDEV HOST DRIVER\n", stderr);
		return 2;
	}
	return put("/sys/bus/cxl/drivers/cxl_mem", "unbind", argv[0], 0) ||
	       (flush && put("/sys/bus/cxl", "flush", "1", 0)) ||
	       put(argv[2], "bind", argv[1], flush ? 0 : EBUSY);
}
