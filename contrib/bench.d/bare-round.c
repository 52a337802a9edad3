// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: bare-round [--no-flush | --rounds=N] MEMDEV HOST DRIVER
 *
 * The least that detaches and reattaches a memdev: write its name to cxl_mem's unbind, and its
 * host's to the bind of DRIVER, the driver's directory in sysfs. After each write it waits for the
 * work that an unbind leaves behind, which could undo the bind; with --no-flush it does not, and
 * does not bind a host that still has its driver. It checks nothing. With --rounds it does so N
 * times, in one loop, and prints how many microseconds they took. The memdev has the same number
 * each time, because the number is free again.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Write @text; false if that fails with another error than @may_be */
static bool put(const char *directory, const char *file, const char *text, int may_be)
{
	char path[PATH_MAX];
	ssize_t done = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
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

static bool round_of(const char *memdev, const char *host, const char *driver, bool flush)
{
	return put("/sys/bus/cxl/drivers/cxl_mem", "unbind", memdev, 0) &&
	       (!flush || put("/sys/bus/cxl", "flush", "1", 0)) &&
	       put(driver, "bind", host, flush ? 0 : EBUSY) &&
	       (!flush || put("/sys/bus/cxl", "flush", "1", 0));
}

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	long long begun_us = now_us();
	bool flush = true;
	long rounds = 0;

	if (argc == 5) {
		flush = strcmp(argv[1], "--no-flush") != 0;
		if (flush && strncmp(argv[1], "--rounds=", 9) == 0)
			rounds = atol(argv[1] + 9);
		if (flush && rounds < 1)
			argc = 0;
		argv++;
	}
	if (argc < 4 || argc > 5) {
		fputs("usage: bare-round [--no-flush | --rounds=N] MEMDEV HOST DRIVER\n", stderr);
		return 2;
	}
	for (long i = 0; i < rounds || i == 0; i++) {
		if (!round_of(argv[1], argv[2], argv[3], flush))
			return 1;
	}
	if (rounds > 0)
		printf("%lld\n", now_us() - begun_us);
	return 0;
}
