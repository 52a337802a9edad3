// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "cxl/command/cxl-cli.h"
#include "util/cleanup.h"
#include "util/exit-status.h"

/* Every copy of this program contains this text. It distinguishes a copy in PATH from cxl-cli. */
static const char marker[] = "this cxl is cxl-attach, which runs cxl-cli";

static bool has_marker(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;
	bool found;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size == 0)
		return false;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return false;
	found = memmem(map, (size_t)st.st_size, marker, sizeof(marker)) != NULL;
	munmap(map, (size_t)st.st_size);
	return found;
}

static bool is_this_file(const struct stat *st)
{
	struct stat self;

	return stat("/proc/self/exe", &self) == 0 && self.st_dev == st->st_dev &&
	       self.st_ino == st->st_ino;
}

/*
 * Return 0 if @path can be run and is not this program; -ELOOP if it is this program; or another
 * negative errno
 */
static int check_candidate(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	if (is_this_file(&st))
		return -ELOOP;
	return access(path, X_OK) < 0 ? -errno : 0;
}

/* If CXL_CLI is set, only the file that it names is considered. */
static char *from_environment(const char *path)
{
	int rc = strchr(path, '/') ? check_candidate(path) : -ENOENT;

	if (rc == 0)
		return strdup(path);
	if (rc == -ELOOP)
		fprintf(stderr, "cxl: CXL_CLI names this program itself, not cxl-cli: %s\n", path);
	else
		fprintf(stderr, "cxl: cannot run '%s', which CXL_CLI names: %s\n", path,
			strerror(-rc));
	return NULL;
}

/*
 * Two copies of this program in PATH would run each other forever. The content of a candidate from
 * PATH is therefore checked. The default from the build is not checked.
 */
static char *from_path(void)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *copy = strdup(path ? path : "/usr/bin:/bin");
	char *rest = copy, *directory;

	while (copy && (directory = strsep(&rest, ":"))) {
		char *candidate = NULL;

		if (*directory == '\0' || asprintf(&candidate, "%s/cxl", directory) < 0)
			continue;
		if (check_candidate(candidate) == 0 && !has_marker(candidate))
			return candidate;
		free(candidate);
	}
	return NULL;
}

char *cxl_cli_find(void)
{
	const char *named = getenv("CXL_CLI");
	char *found;

	if (named && *named)
		return from_environment(named);
	if (check_candidate(CXL_CLI) == 0)
		return strdup(CXL_CLI);
	found = from_path();
	if (!found)
		fputs("cxl: cxl-cli is not installed: install the package cxl (Debian, Ubuntu) or "
		      "cxl-cli (Fedora), or name its program in CXL_CLI\n",
		      stderr);
	return found;
}

static pid_t spawn_with_output(const char *path, char *const argv[], int output)
{
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	rc = posix_spawn(&pid, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = rc;
	return rc ? -1 : pid;
}

char *cxl_cli_capture(const char *path, char *const argv[], int *status)
{
	char *text = NULL;
	size_t size = 0;
	FILE *output;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		perror("cxl: pipe");
		return NULL;
	}
	pid = spawn_with_output(path, argv, ends[1]);
	if (pid < 0)
		fprintf(stderr, "cxl: cannot run %s: %m\n", path);
	close(ends[1]);
	output = fdopen(ends[0], "r");
	if (pid >= 0 && output && getdelim(&text, &size, '\0', output) < 0 && text)
		text[0] = '\0';
	if (output)
		fclose(output);
	else
		close(ends[0]);
	if (pid >= 0)
		TEMP_FAILURE_RETRY(waitpid(pid, status, 0));
	return text;
}

char *cxl_cli_ask(const char *path, const char *argument)
{
	char *const argv[] = {(char *)"cxl", (char *)argument, NULL};
	int status;
	char *text = cxl_cli_capture(path, argv, &status);

	if (text && *text == '\0')
		fprintf(stderr, "cxl: %s %s printed nothing\n", path, argument);
	return text;
}

int cxl_cli_list_options(char *const argv[], const char *ours)
{
	_cleanup_free_ char *path = cxl_cli_find(), *text = NULL;
	int status;

	if (!path)
		return EXIT_CANNOT;
	text = cxl_cli_capture(path, argv, &status);
	if (!text)
		return EXIT_FAILED;
	text[strcspn(text, "\n")] = '\0';
	printf("%s %s\n", text, ours);
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}

int cxl_cli_run(char *const argv[])
{
	_cleanup_free_ char *path = cxl_cli_find();
	int status, rc;
	pid_t pid;

	if (!path)
		return -ENOENT;
	fflush(NULL);
	rc = posix_spawn(&pid, path, NULL, NULL, argv, environ);
	if (rc) {
		fprintf(stderr, "cxl: cannot run %s: %s\n", path, strerror(rc));
		return -rc;
	}
	TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));
	return status;
}

int cxl_cli_exec(char *const argv[])
{
	_cleanup_free_ char *path = cxl_cli_find();

	if (!path)
		return EXIT_CANNOT;
	execv(path, argv);
	fprintf(stderr, "cxl: cannot run %s: %m\n", path);
	return EXIT_CANNOT;
}
