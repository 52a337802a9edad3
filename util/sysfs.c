// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/sysfs.h"

int sysfs_read(int dirfd, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t length = 0;
	ssize_t got;

	if (size == 0)
		return -EINVAL;
	buf[0] = '\0';
	if (fd < 0)
		return -errno;
	do {
		got = TEMP_FAILURE_RETRY(read(fd, buf + length, size - length));
		if (got < 0)
			return -errno;
		length += (size_t)got;
		if (length == size)
			return -EMSGSIZE;
	} while (got > 0);

	if (length > 0 && buf[length - 1] == '\n')
		length--;
	buf[length] = '\0';
	return strlen(buf) == length ? (int)length : -EILSEQ;
}

int sysfs_read_flag(int dirfd, const char *path)
{
	char buf[4];
	int rc = sysfs_read(dirfd, path, buf, sizeof(buf));

	if (rc == -EMSGSIZE)
		return -EILSEQ;
	if (rc < 0)
		return rc;
	if (rc != 1 || (buf[0] != '0' && buf[0] != '1'))
		return -EILSEQ;
	return buf[0] - '0';
}

bool sysfs_exists(int dirfd, const char *path)
{
	return faccessat(dirfd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

char *sysfs_link_name(int dirfd, const char *path)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(dirfd, path, target, sizeof(target) - 1);
	const char *slash;

	if (length < 0)
		return NULL;
	target[length] = '\0';
	slash = strrchr(target, '/');
	slash = slash ? slash + 1 : target;
	if (*slash == '\0') {
		errno = EILSEQ;
		return NULL;
	}
	return strdup(slash);
}
