// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: measure [--one-cpu] COMMAND [ARGUMENT...]
 *
 * Run COMMAND, with its output thrown away, and print how many microseconds it took from its start
 * to its end, how many of them on a processor, and how many KiB of memory it had at most. With
 * --one-cpu, it may only use the processor on which it starts. The exit status is 0 if COMMAND's
 * was.
 *
 * This is a program of its own because the kernel counts as a process's memory what it had before
 * exec(), too, and that is what its parent has: an interpreter's many MiB would hide a small
 * program.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static long long microseconds(struct timeval time)
{
	return time.tv_sec * 1000000LL + time.tv_usec;
}

static int start(pid_t *pid, char **command)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
						      O_WRONLY, 0);
	return rc ? rc : posix_spawnp(pid, command[0], &actions, NULL, command, environ);
}

static int keep_to_one_cpu(void)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	if (cpu >= 0)
		CPU_SET((size_t)cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

int main(int argc, char **argv)
{
	int one_cpu = argc > 1 && strcmp(argv[1], "--one-cpu") == 0;
	long long begin, end;
	struct rusage usage;
	int rc, status;
	pid_t pid;

	argv += one_cpu;
	if (argc < 2 + one_cpu) {
		fputs("usage: measure [--one-cpu] COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	if (one_cpu && keep_to_one_cpu() < 0) {
		perror("measure: --one-cpu");
		return 1;
	}
	begin = now();
	rc = start(&pid, argv + 1);
	if (rc) {
		fprintf(stderr, "measure: %s: %s\n", argv[1], strerror(rc));
		return 1;
	}
	if (wait4(pid, &status, 0, &usage) < 0) {
		perror("measure");
		return 1;
	}
	end = now();
	printf("%lld %lld %ld\n", end - begin,
	       microseconds(usage.ru_utime) + microseconds(usage.ru_stime), usage.ru_maxrss);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "measure: %s failed\n", argv[1]);
		return 1;
	}
	return 0;
}
