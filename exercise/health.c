// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach/model/snapshot.h"
#include "exercise/health.h"
#include "exercise/judge.h"
#include "exercise/outcome.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/memory.h"

/* The part of the output that a report has room for; the command may print more */
#define OUTPUT_MAX 4096

/* The number of reads between two looks at the clock */
#define READS 16

/* The time that a killed process may take to end */
#define TO_GO_US 3000000

struct check {
	pid_t pid;
	int output;
	char text[OUTPUT_MAX + 1];
	size_t length;
};

/* Run the command in its own process and process group, without any open file of this process */
static void run(const char *command, const struct snapshot_memdev *memdev, int output)
{
	int nothing = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	dup2(nothing, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	setenv("MEMDEV", memdev->name, 1);
	setenv("HOST", memdev->host.name, 1);
	setenv("REGION", memdev->nr_regions > 0 ? memdev->regions[0]->name : "", 1);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

static int start(const char *command, const struct snapshot_memdev *memdev, struct check *check)
{
	int output[2];

	if (pipe2(output, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	check->pid = fork();
	if (check->pid == 0) {
		fcntl(output[1], F_SETFL, 0);
		run(command, memdev, output[1]);
	}
	close(output[1]);
	check->output = output[0];
	if (check->pid > 0)
		return 0;
	close(output[0]);
	return -errno;
}

/* Read a part of the output at a time, because the output can be endless. */
static void read_output(struct check *check)
{
	char rest[512];
	ssize_t got = 1;

	for (int i = 0; i < READS && got > 0; i++) {
		size_t room = OUTPUT_MAX - check->length;

		got = TEMP_FAILURE_RETRY(
			room > 0 ? read(check->output, check->text + check->length, room)
				 : read(check->output, rest, sizeof(rest)));
		if (got > 0 && room > 0)
			check->length += (size_t)got;
	}
}

/*
 * Wait until the command ends. Return true if it did before @until_us, with @status set as by
 * waitpid(2).
 */
static bool wait_until(struct check *check, uint64_t until_us, int *status)
{
	int process = (int)syscall(SYS_pidfd_open, check->pid, 0);
	bool ended = false;

	while (!ended) {
		struct pollfd ready[] = {{process, POLLIN, 0}, {check->output, POLLIN, 0}};
		uint64_t now = clock_now();

		if (now >= until_us)
			break;
		/*
		 * A process that the command started may keep the output open: the wait ends
		 * without it.
		 */
		poll(ready, 2, (int)((until_us - now) / 1000) + 1);
		read_output(check);
		ended = waitpid(check->pid, status, WNOHANG) == check->pid;
		if (!ended && ready[1].revents & POLLHUP && !(ready[1].revents & POLLIN))
			clock_wait(clock_now() + 1000);
	}
	if (process >= 0)
		close(process);
	return ended;
}

static void note(struct outcome *outcome, char *signature, const struct check *check)
{
	outcome_note(outcome, "health", signature,
		     memory_check(strndup(check->text, check->length)));
}

static void judge(const struct check *check, int status, struct outcome *outcome)
{
	if (WIFSIGNALED(status))
		note(outcome, xasprintf("health signal %d", WTERMSIG(status)), check);
	else if (WEXITSTATUS(status) != 0)
		note(outcome, xasprintf("health exit %d", WEXITSTATUS(status)), check);
}

int health_check(const char *command, const struct snapshot_memdev *memdev, uint64_t limit_us,
		 struct outcome *outcome)
{
	struct check check = {0};
	int status = 0, rc = command ? start(command, memdev, &check) : 0;

	if (!command || rc < 0)
		return rc;
	if (wait_until(&check, clock_now() + limit_us, &status)) {
		judge(&check, status, outcome);
	} else {
		kill(-check.pid, SIGKILL);
		kill(check.pid, SIGKILL);
		if (wait_until(&check, clock_now() + TO_GO_US, &status))
			note(outcome, memory_check(strdup("health timeout")), &check);
		else
			judge_stuck(outcome, "the command of --check", check.pid, limit_us);
	}
	close(check.output);
	return 0;
}
