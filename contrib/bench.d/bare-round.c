// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: bare-round [--no-flush | --rounds=N | --detach | --attach] MEMDEV HOST DRIVER
 *
 * The least that detaches and reattaches a memdev: write its name to cxl_mem's unbind, and its
 * host's to the bind of DRIVER, the driver's directory in sysfs. After each write it waits for the
 * work that an unbind leaves behind, which could undo the bind; with --no-flush it does not, and
 * does not bind a host that still has its driver. It checks nothing. With --rounds it does so N
 * times, in one loop, and prints how many microseconds they took. The memdev has the same number
 * each time, because the number is free again. With --detach or --attach it makes the first or the
 * second of the two writes, and waits.
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

static bool wait_for_kernel(bool flush)
{
	return !flush || put("/sys/bus/cxl", "flush", "1", 0);
}

static bool detach(const char *memdev, bool flush)
{
	return put("/sys/bus/cxl/drivers/cxl_mem", "unbind", memdev, 0) && wait_for_kernel(flush);
}

static bool attach(const char *host, const char *driver, bool flush)
{
	return put(driver, "bind", host, flush ? 0 : EBUSY) && wait_for_kernel(flush);
}

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* What to do, as the options say */
struct options {
	bool detach, attach, flush;
	long rounds; /* 0: one round, and nothing is printed */
};

static bool parse(const char *option, struct options *options)
{
	if (strcmp(option, "--no-flush") == 0)
		options->flush = false;
	else if (strcmp(option, "--detach") == 0)
		options->attach = false;
	else if (strcmp(option, "--attach") == 0)
		options->detach = false;
	else if (strncmp(option, "--rounds=", 9) == 0)
		return (options->rounds = atol(option + 9)) > 0;
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct options options = {.detach = true, .attach = true, .flush = true};
	long long begun_us = now_us();

	if (argc == 5 && parse(argv[1], &options)) {
		argc--;
		argv++;
	}
	if (argc != 4) {
		fputs("usage: bare-round [--no-flush | --rounds=N | --detach | --attach] MEMDEV "
		      "HOST DRIVER\n",
		      stderr);
		return 2;
	}
	for (long i = 0; i < options.rounds || i == 0; i++) {
		if ((options.detach && !detach(argv[1], options.flush)) ||
		    (options.attach && !attach(argv[2], argv[3], options.flush)))
			return 1;
	}
	if (options.rounds > 0)
		printf("%lld\n", now_us() - begun_us);
	return 0;
}
