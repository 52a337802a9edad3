// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exercise/cpu-hog.h"
#include "util/clock.h"
#include "util/cpus.h"
#include "util/memory.h"

static void be_busy(uint64_t until_us)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (clock_now() < until_us)
		;
	_exit(0);
}

void cpu_hog_start(struct cpu_hog *hog, uint64_t until_us)
{
	struct cpus cpus;
	int count = cpus_allowed(&cpus) == 0 ? cpus_count(&cpus) : 1;

	cpus_release(&cpus);
	*hog = (struct cpu_hog){0};
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0)
			be_busy(until_us);
		if (pid > 0)
			*APPEND(hog->pids, hog->count) = pid;
	}
}

void cpu_hog_end(struct cpu_hog *hog)
{
	for (size_t i = 0; i < hog->count; i++)
		kill(hog->pids[i], SIGKILL);
	for (size_t i = 0; i < hog->count; i++)
		TEMP_FAILURE_RETRY(waitpid(hog->pids[i], NULL, 0));
	free(hog->pids);
	*hog = (struct cpu_hog){0};
}
