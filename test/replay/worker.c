// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command with a step that hangs, on a recorded machine: its file is a FIFO. Takes the lock, has
 * a worker unbind a host and set its driver_override, and then waits for both ("wait"), gives up
 * ("give-up"), or is killed ("killed"). Prints the process of the worker.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/act/lock.h"
#include "attach/act/worker.h"
#include "attach/model/step.h"
#include "util/clock.h"

#define HANGS_US 500000

int main(int argc, char **argv)
{
	const struct step steps[] = {
		{.action = STEP_UNBIND, .bus = "pci", .driver = "cxl_lab_accel", .device = argv[2]},
		{.action = STEP_OVERRIDE, .bus = "pci", .driver = "other", .device = argv[2]},
	};
	struct worker_terms terms = {.flush = true};
	struct worker *worker = NULL;
	struct command_lock lock;
	char *why = NULL;
	int done = 0;

	if (argc != 3 || command_lock(&lock, &why) < 0) {
		fprintf(stderr, "%s\n", why ?: "worker wait|give-up|killed HOST");
		return EXIT_FAILURE;
	}
	terms.lock = lock.step;
	if (worker_do(&worker, steps, 2, &terms) < 0)
		return EXIT_FAILURE;
	printf("%d\n", (int)worker_pid(worker));
	fflush(stdout);
	clock_wait(clock_now() + HANGS_US);
	if (strcmp(argv[1], "killed") == 0)
		kill(getpid(), SIGKILL);
	while (strcmp(argv[1], "wait") == 0 && done == 0) {
		done = worker_poll(worker);
		usleep(1000);
	}
	worker_end(worker);
	command_unlock(&lock);
	return done < 0;
}
