// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/memory.h"
#include "util/write.h"

int write_all(int fd, const char *text)
{
	size_t length = strlen(text);

	while (length > 0) {
		ssize_t written = TEMP_FAILURE_RETRY(write(fd, text, length));

		if (written < 0)
			return -errno;
		text += written;
		length -= (size_t)written;
	}
	return 0;
}

static int write_synced(const char *path, const char *text, mode_t mode)
{
	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	int rc = fd < 0 ? -errno : write_all(fd, text);

	return rc == 0 && fsync(fd) < 0 ? -errno : rc;
}

int write_sync_name(const char *path)
{
	_cleanup_free_ char *copy = memory_check(strdup(path));
	_cleanup_close_ int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int write_replace(const char *path, const char *text, mode_t mode)
{
	_cleanup_free_ char *aside = xasprintf("%s.new", path);
	int rc = write_synced(aside, text, mode);

	if (rc == 0 && rename(aside, path) < 0)
		rc = -errno;
	if (rc < 0) {
		unlink(aside);
		return rc;
	}
	return write_sync_name(path);
}
