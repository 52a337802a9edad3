// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exercise/race.h"
#include "exercise/restore.h"
#include "exercise/run-wait.h"
#include "util/clock.h"

/* The time between two checks whether the process still makes progress */
#define POLL_MS 1000

/*
 * A trial can consist of: a race; the wait for the kernel; restoring what is beside the memdev;
 * twice all steps that restore the baseline, with a detach in between; and the command of --check.
 * If the trial failed, everything is restored once more without having been read (exercise_run()).
 */
double run_limit(double timeout, double grace)
{
	return timeout *
		       (RACE_LIMITS + 1 + 1 + 2 * RESTORE_LIMITS + 1 + 1 + RESTORE_LIMITS + 1 + 1) +
	       grace;
}

static off_t size_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 ? status.st_size : 0;
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

void run_catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	const struct sigaction action = {.sa_handler = interrupt};

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct sigaction before;

		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

bool run_is_interrupted(void)
{
	return interrupted;
}

int run_wait(pid_t pid, int status, int log, double seconds)
{
	struct pollfd ready = {.fd = status, .events = POLLIN};
	uint64_t limit_us = (uint64_t)(seconds * 1000000), grown_us = clock_now();
	off_t size = size_of(log);
	char end;

	while (poll(&ready, 1, POLL_MS) <= 0) {
		off_t now = size_of(log);

		/* The signal may have been sent to this process alone: forward it. */
		if (interrupted)
			kill(pid, SIGTERM);
		if (now != size)
			grown_us = clock_now();
		size = now;
		if (clock_now() - grown_us > limit_us)
			return -ETIME;
	}
	if (TEMP_FAILURE_RETRY(read(status, &end, 1)) != 1)
		return -ECHILD;
	return end == RUN_FAILED ? -EIO : end == RUN_UNWRITTEN ? -ENOSPC : 0;
}
