// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/read-limit.h"
#include "util/sysfs.h"
#include "util/unread.h"

bool sysfs_debug;

/*
 * Print the message of --debug. If @path is relative to @dirfd, the message has the path of that
 * directory before it.
 */
static int failed(int dirfd, const char *path, int rc)
{
	char link[40], directory[PATH_MAX] = "";

	if (!sysfs_debug)
		return rc;
	if (dirfd != AT_FDCWD) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
		if (readlink(link, directory, sizeof(directory) - 1) < 0)
			directory[0] = '\0';
	}
	fprintf(stderr, "cxl: %s%s%s: %s\n", directory, directory[0] ? "/" : "", path,
		strerror(-rc));
	return rc;
}

/* As failed(), and record the error with unread_note() */
static int unreadable(int dirfd, const char *path, int rc)
{
	return failed(dirfd, path, unread_note(dirfd, path, rc));
}

/*
 * Terminate the text that was read. One read(2) returns the whole attribute:
 * kernfs_fop_read_iter().
 */
static int to_text(int dirfd, const char *path, char *buf, size_t size, ssize_t got)
{
	size_t length;

	/* Not answered: the caller can read again. */
	if (got < 0)
		return got == -EDEADLK ? -EDEADLK : unreadable(dirfd, path, (int)got);
	length = (size_t)got;
	if (length == size) {
		buf[0] = '\0';
		return failed(dirfd, path, -EMSGSIZE);
	}
	if (length > 0 && buf[length - 1] == '\n')
		length--;
	buf[length] = '\0';
	return strlen(buf) == length ? (int)length : failed(dirfd, path, -EILSEQ);
}

int sysfs_open(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? unreadable(dirfd, path, -errno) : fd;
}

int sysfs_open_directory(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? unread_note(dirfd, path, -errno) : fd;
}

static int read_once(int dirfd, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = sysfs_open(dirfd, path);

	if (size == 0)
		return -EINVAL;
	buf[0] = '\0';
	return fd < 0 ? fd : to_text(dirfd, path, buf, size, read_limited(fd, buf, size, -1));
}

int sysfs_read(int dirfd, const char *path, char *buf, size_t size)
{
	int rc = READ_REPEATEDLY(read_once(dirfd, path, buf, size));

	return rc == -EDEADLK ? unreadable(dirfd, path, rc) : rc;
}

int sysfs_read_again(int fd, const char *path, char *buf, size_t size)
{
	if (size == 0)
		return -EINVAL;
	buf[0] = '\0';
	return to_text(AT_FDCWD, path, buf, size, read_limited(fd, buf, size, 0));
}

int sysfs_to_flag(const char *text)
{
	bool flag = (text[0] == '0' || text[0] == '1') && text[1] == '\0';

	return flag ? text[0] - '0' : -EILSEQ;
}

int sysfs_read_flag(int dirfd, const char *path)
{
	char buf[4];
	int rc = sysfs_read(dirfd, path, buf, sizeof(buf));

	if (rc == -EMSGSIZE)
		return -EILSEQ;
	return rc < 0 ? rc : sysfs_to_flag(buf);
}

uint64_t sysfs_to_number(const char *text)
{
	unsigned long long value;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return UINT64_MAX;
	errno = 0;
	value = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	return errno || *end ? UINT64_MAX : value;
}

uint64_t sysfs_read_number(int dirfd, const char *path)
{
	char buf[32];

	return sysfs_read(dirfd, path, buf, sizeof(buf)) < 0 ? UINT64_MAX : sysfs_to_number(buf);
}

int sysfs_write(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return failed(AT_FDCWD, path, -errno);
	return 0;
}

bool sysfs_is_absent(int dirfd, const char *path)
{
	if (sysfs_exists(dirfd, path))
		return false;
	return errno == ENOENT || errno == ENOTDIR || errno == ENODEV;
}

bool sysfs_exists(int dirfd, const char *path)
{
	if (faccessat(dirfd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	unread_note(dirfd, path, -errno);
	return false;
}

bool sysfs_is_writable(int dirfd, const char *path)
{
	struct stat status;

	if (fstatat(dirfd, path, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return status.st_mode & S_IWUSR;
	unread_note(dirfd, path, -errno);
	return true;
}

int sysfs_link(int dirfd, const char *path, char *buf, size_t size)
{
	ssize_t length = readlinkat(dirfd, path, buf, size);

	if (length < 0)
		return unreadable(dirfd, path, -errno);
	if ((size_t)length == size)
		return failed(dirfd, path, -ENAMETOOLONG);
	buf[length] = '\0';
	return (int)length;
}

char *sysfs_link_name(int dirfd, const char *path)
{
	char *name = sysfs_private_link_name(dirfd, path);

	/* An unreadable link must not look like a missing driver, which would be evidence. */
	if (!name)
		unread_insist(dirfd, path, -errno);
	return name;
}

char *sysfs_private_link_name(int dirfd, const char *path)
{
	char target[PATH_MAX];
	int rc = sysfs_link(dirfd, path, target, sizeof(target));
	const char *name;

	if (rc < 0) {
		errno = -rc;
		return NULL;
	}
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (*name == '\0') {
		errno = EILSEQ;
		return NULL;
	}
	return strdup(name);
}
