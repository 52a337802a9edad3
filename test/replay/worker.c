// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command with a step that hangs, on a recorded machine: the file of the step is a FIFO. It takes
 * the lock, lets a worker run the steps, and then waits for all of them ("wait"), gives up
 * ("give-up"), or is killed ("killed"). It prints the process of the worker.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/act/lock.h"
#include "attach/act/settings.h"
#include "attach/act/worker.h"
#include "attach/model/step.h"
#include "util/clock.h"

#define HOST "0000:11:00.0"
#define HANGS_US 500000

/* The first step hangs: the host's driver does not return. */
static const struct step handover[] = {
	{.action = STEP_UNBIND, .bus = "pci", .driver = "cxl_lab_accel", .device = HOST},
	{.action = STEP_OVERRIDE, .bus = "pci", .driver = "other", .device = HOST},
};

/* The second step hangs. */
static const struct step rescan[] = {
	{.action = STEP_AUTOPROBE, .bus = "pci", .on = false},
	{.action = STEP_RESCAN, .bus = "pci"},
	{.action = STEP_OVERRIDE, .bus = "pci", .driver = "other", .device = HOST},
	{.action = STEP_AUTOPROBE, .bus = "pci", .on = true},
};

static int act(const char *mode, const struct step *steps, size_t count, int lock)
{
	const struct worker_terms terms = {.flush = true, .lock = lock};
	struct worker *worker = NULL;
	bool needed;
	int done = 0;

	if (settings_save(steps, count) < 0 || worker_do(&worker, steps, count, &terms) < 0)
		return -1;
	printf("%d\n", (int)worker_pid(worker));
	fflush(stdout);
	clock_wait(clock_now() + HANGS_US);
	if (strcmp(mode, "killed") == 0)
		kill(getpid(), SIGKILL);
	while (strcmp(mode, "wait") == 0 && done == 0) {
		done = worker_poll(worker);
		usleep(1000);
	}
	needed = done == 0 && settings_are_needed(&steps[worker_give_up(worker)]);
	worker_end(worker);
	return done < 0 ? done : needed ? 0 : settings_restore();
}

int main(int argc, char **argv)
{
	struct command_lock lock;
	char *why = NULL;
	int rc;

	if (argc != 3 || command_lock(&lock, &why) < 0) {
		fprintf(stderr, "%s\n", why ?: "worker handover|rescan wait|give-up|killed");
		return EXIT_FAILURE;
	}
	rc = strcmp(argv[1], "rescan") == 0
		     ? act(argv[2], rescan, sizeof(rescan) / sizeof(*rescan), lock.step)
		     : act(argv[2], handover, sizeof(handover) / sizeof(*handover), lock.step);
	command_unlock(&lock);
	return rc < 0;
}
