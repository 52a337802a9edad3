// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: bare-round [--no-flush | --rounds=N] MEMDEV HOST DRIVER
 *
 * The least that takes an attached memdev down and brings it back: write its name to cxl_mem's
 * unbind, and its host's to the bind of DRIVER, the driver's folder in sysfs. In between it waits,
 * as everybody has to, for the work that the unbind leaves behind and that could undo the bind;
 * with --no-flush it does not, and a host that still has its driver then is not bound. It looks at
 * nothing and verifies nothing. With --rounds it does so N times, in one loop: the memdev's number
 * is free again each time, and so given again.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Does it succeed, or fail with the one error that may be? */
static bool put(const char *folder, const char *file, const char *text, int may_be)
{
	char path[PATH_MAX];
	ssize_t done = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		done = write(fd, text, strlen(text));
	if (done < 0 && errno != may_be) {
		perror(path);
		return false;
	}
	if (fd >= 0)
		close(fd);
	return true;
}

int main(int argc, char **argv)
{
	bool flush = true;
	long rounds = 1;

	if (argc == 5) {
		flush = strcmp(argv[1], "--no-flush") != 0;
		rounds = strncmp(argv[1], "--rounds=", 9) == 0 ? atol(argv[1] + 9) : !flush;
		argv++;
	}
	if (argc < 4 || argc > 5 || rounds < 1) {
		fputs("usage: bare-round [--no-flush | --rounds=N] MEMDEV HOST DRIVER\n", stderr);
		return 2;
	}
	for (; rounds > 0; rounds--) {
		if (!put("/sys/bus/cxl/drivers/cxl_mem", "unbind", argv[1], 0) ||
		    (flush && !put("/sys/bus/cxl", "flush", "1", 0)) ||
		    !put(argv[3], "bind", argv[2], flush ? 0 : EBUSY))
			return 1;
	}
	return 0;
}
