// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/memory.h"
#include "util/replace.h"
#include "util/write.h"

/* The directory that the file is in, with a slash; the caller frees it */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? memory_check(strndup(path, (size_t)(slash - path + 1)))
		     : memory_check(strdup("./"));
}

int replace_check(const char *path)
{
	_cleanup_free_ char *directory = directory_of(path);
	struct stat there;

	if (!*path)
		return -ENOENT;
	if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode))
		return -EEXIST;
	return access(directory, W_OK | X_OK) < 0 ? -errno : 0;
}

bool replace_is_same(const char *path, const char *other)
{
	struct stat one, two;

	return strcmp(path, other) == 0 || (stat(path, &one) == 0 && stat(other, &two) == 0 &&
					    one.st_dev == two.st_dev && one.st_ino == two.st_ino);
}

const char *replace_why(int rc)
{
	return rc == -EEXIST ? "something other than a regular file is there" : strerror(-rc);
}

/* mkostemp(3) lets nobody else read the file; others may as far as the user's umask says. */
static int let_others_read(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0666 & ~mask) < 0 ? -errno : 0;
}

static int write_aside(int fd, const char *text)
{
	int rc = write_all(fd, text) ?: let_others_read(fd);

	/* Some file systems know nothing of it. */
	if (rc == 0 && fsync(fd) < 0 && errno != EINVAL)
		rc = -errno;
	return rc;
}

int replace_file(const char *path, const char *text)
{
	_cleanup_free_ char *directory = directory_of(path);
	_cleanup_free_ char *aside = xasprintf("%s.cxl-XXXXXX", directory);
	int fd, rc = replace_check(path);

	if (rc < 0)
		return rc;
	fd = mkostemp(aside, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = write_aside(fd, text);
	/* A network file system may say only here that there is no space. */
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(aside, path) < 0)
		rc = -errno;
	if (rc < 0)
		unlink(aside);
	return rc;
}
