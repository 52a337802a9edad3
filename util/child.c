// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/child.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/write.h"

/*
 * Time from SIGTERM to SIGKILL, and time after SIGKILL. A process in the kernel does not die from
 * it.
 */
#define GRACE_MS 2000
#define KILL_MS 1000

/*
 * The files of the keeper besides the standard ones. The keeper is the process that start() forks.
 */
#define KEEPER_SOCKET (STDERR_FILENO + 1)
#define KEEPER_INPUT (STDERR_FILENO + 2)

/* What the keeper reports when it ends */
struct report {
	int rc;	    /* 0, or a negative errno: the keeper could not run the program */
	int status; /* as wait(2) returns it */
};

void child_interrupts_hold(struct child_interrupts *interrupts)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	if (interrupts->are_held)
		return;
	sigemptyset(&interrupts->held);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct sigaction action;

		/* A blocked signal becomes pending even if it is ignored, as under nohup(1). */
		if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&interrupts->held, signals[i]);
	}
	interrupts->are_held = sigprocmask(SIG_BLOCK, &interrupts->held, &interrupts->before) == 0;
}

bool child_interrupts_pending(const struct child_interrupts *interrupts)
{
	sigset_t pending;

	if (!interrupts->are_held || sigpending(&pending) < 0)
		return false;
	sigandset(&pending, &pending, &interrupts->held);
	return !sigisemptyset(&pending);
}

void child_interrupts_release(struct child_interrupts *interrupts)
{
	if (interrupts->are_held)
		sigprocmask(SIG_SETMASK, &interrupts->before, NULL);
	interrupts->are_held = false;
}

/* The input is a file, because a writer to a pipe waits for a program that does not read. */
static int make_input(const char *text)
{
	int fd = memfd_create("input", MFD_CLOEXEC), rc = fd < 0 ? -errno : write_all(fd, text);

	if (rc == 0 && lseek(fd, 0, SEEK_SET) < 0)
		rc = -errno;
	if (rc == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Detach the keeper, which ends the program even if the process that started it was killed */
static void let_go(int socket, int input)
{
	int socket_aside = fcntl(socket, F_DUPFD_CLOEXEC, KEEPER_INPUT + 1);
	int input_aside = fcntl(input, F_DUPFD_CLOEXEC, KEEPER_INPUT + 1);

	if (socket_aside < 0 || input_aside < 0 ||
	    dup3(socket_aside, KEEPER_SOCKET, O_CLOEXEC) < 0 ||
	    dup3(input_aside, KEEPER_INPUT, O_CLOEXEC) < 0)
		_exit(1);
	close_range(KEEPER_INPUT + 1, ~0U, 0);
	/* A reader of this program's output must not wait for a process that is left behind. */
	dup2(STDERR_FILENO, STDOUT_FILENO);
	setsid();
	umask(S_IWGRP | S_IWOTH);
	/*
	 * If SIGCHLD is ignored, as inherited from a caller, waitpid(2) cannot return an exit
	 * status.
	 */
	signal(SIGCHLD, SIG_DFL);
}

static int spawn(const struct child_task *task, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, KEEPER_INPUT, STDIN_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawn_file_actions_addchdir_np(&files, "/");
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn(pid, task->arguments[0], &files, &attributes, task->arguments,
			 task->environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return -rc;
}

/* Wait until @ready has an event, at most until @until_us; without limit if @until_us is 0 */
static void await(struct pollfd *ready, nfds_t count, uint64_t until_us)
{
	int ms = -1;

	do {
		uint64_t now = clock_now();

		if (until_us)
			ms = until_us > now ? (int)((until_us - now + 999) / 1000) : 0;
	} while (poll(ready, count, ms) < 0 && errno == EINTR);
}

/*
 * Kill the group before waitpid() of its first process: after that call, the kernel may reuse the
 * group's number.
 */
static int watch_over(pid_t pid, struct report *report)
{
	_cleanup_close_ int end = pidfd_open(pid, 0);
	struct pollfd ready[] = {{.fd = end, .events = POLLIN},
				 {.fd = KEEPER_SOCKET, .events = POLLIN}};
	int rc = end < 0 ? -errno : 0;

	if (rc == 0)
		await(ready, 2, 0);
	if (!ready[0].revents) {
		kill(-pid, SIGTERM);
		await(ready, 1, clock_now() + GRACE_MS * 1000);
		kill(-pid, SIGKILL);
	}
	if (TEMP_FAILURE_RETRY(waitpid(pid, &report->status, 0)) < 0)
		rc = -errno;
	return rc;
}

static _Noreturn void keep(const struct child_task *task, int socket, int input)
{
	struct report report = {0};
	pid_t pid;

	let_go(socket, input);
	report.rc = spawn(task, &pid);
	if (report.rc == 0)
		report.rc = watch_over(pid, &report);
	send(KEEPER_SOCKET, &report, sizeof(report), MSG_NOSIGNAL);
	_exit(0);
}

static void note(const struct report *report, struct child_result *result)
{
	if (report->rc < 0)
		*result = (struct child_result){CHILD_NOT_RUN, report->rc, 0};
	else if (WIFEXITED(report->status))
		*result = (struct child_result){CHILD_EXITED, WEXITSTATUS(report->status), 0};
	else
		*result = (struct child_result){CHILD_KILLED, WTERMSIG(report->status), 0};
}

/*
 * Return false if the keeper has not ended. It is left behind, waiting for a process in the kernel.
 */
static bool wait_for(const struct child_task *task, int socket, struct child_result *result)
{
	_cleanup_close_ int signals =
		task->interrupts ? signalfd(-1, &task->interrupts->held, SFD_CLOEXEC) : -1;
	struct pollfd ready[] = {{.fd = socket, .events = POLLIN},
				 {.fd = signals, .events = POLLIN}};
	bool is_ended = false;
	struct report report;

	await(ready, 2, clock_now() + task->timeout_us);
	if (!ready[0].revents) {
		result->end = ready[1].revents ? CHILD_INTERRUPTED : CHILD_TIMED_OUT;
		is_ended = true;
		shutdown(socket, SHUT_WR);
		await(ready, 1, clock_now() + (GRACE_MS + KILL_MS) * 1000);
		if (!ready[0].revents)
			return false;
	}
	if (TEMP_FAILURE_RETRY(recv(socket, &report, sizeof(report), 0)) != sizeof(report))
		report = (struct report){.rc = -ECHILD};
	if (!is_ended)
		note(&report, result);
	return true;
}

static pid_t start(const struct child_task *task, const int *sockets, int input)
{
	pid_t pid = fork();

	if (pid == 0)
		keep(task, sockets[1], input);
	return pid;
}

void child_run(const struct child_task *task, struct child_result *result)
{
	_cleanup_close_ int input = make_input(task->input);
	uint64_t begun_us = clock_now();
	int sockets[2];
	pid_t pid;

	*result = (struct child_result){.end = CHILD_NOT_RUN, .number = input};
	if (input < 0)
		return;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) {
		result->number = -errno;
		return;
	}
	pid = start(task, sockets, input);
	result->number = pid < 0 ? -errno : 0;
	close(sockets[1]);
	if (pid > 0 && wait_for(task, sockets[0], result))
		TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
	close(sockets[0]);
	result->took_us = clock_now() - begun_us;
}
