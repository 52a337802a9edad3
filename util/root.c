// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/memory.h"
#include "util/read-limit.h"
#include "util/root.h"
#include "util/sysfs.h"
#include "util/unread.h"

int root_open(struct root *root, const char *directory)
{
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	*root = (struct root){.elsewhere = true, .fd = fd};
	return fd < 0 ? -errno : 0;
}

void root_close(struct root *root)
{
	if (root->elsewhere)
		close(root->fd);
	*root = ROOT_LIVE;
}

/* The timer for reads (read-limit.h) can also interrupt an open(2), which has no limit. */
int root_open_file(struct root root, const char *path, int flags)
{
	struct open_how how = {.flags = (unsigned int)flags | O_CLOEXEC,
			       .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	long fd;

	do
		fd = root.elsewhere ? syscall(SYS_openat2, root.fd, path, &how, sizeof(how))
				    : open(path, flags | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? unread_note(AT_FDCWD, path, -errno) : (int)fd;
}

FILE *root_fopen(struct root root, const char *path)
{
	int fd = root_open_file(root, path, O_RDONLY);
	FILE *file;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	file = fdopen(fd, "r");
	if (!file) {
		int error = -unread_note(AT_FDCWD, path, -errno);

		close(fd);
		errno = error;
	}
	return file;
}

/* opendir(3) makes two system calls less than fdopendir(3), which checks the descriptor. */
static DIR *open_live(const char *path)
{
	DIR *directory = opendir(path);
	int error = errno;

	if (!directory)
		unread_note(AT_FDCWD, path, -error);
	errno = error;
	return directory;
}

DIR *root_opendir(struct root root, const char *path)
{
	DIR *directory;
	int fd;

	if (!root.elsewhere)
		return open_live(path);
	fd = root_open_file(root, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	directory = fdopendir(fd);
	if (!directory) {
		int error = -unread_note(AT_FDCWD, path, -errno);

		close(fd);
		errno = error;
	}
	return directory;
}

/* Return the prefix of a path in that machine; "" for the running machine */
static char *prefix_of(struct root root)
{
	return root.elsewhere ? xasprintf("/proc/self/fd/%d", root.fd) : xasprintf("%s", "");
}

char *root_path(struct root root, const char *path)
{
	_cleanup_free_ char *prefix = prefix_of(root);

	return xasprintf("%s%s", prefix, path);
}

const char *root_relative(struct root root, const char *path)
{
	_cleanup_free_ char *prefix = prefix_of(root);
	size_t length = strlen(prefix);

	return strncmp(path, prefix, length) == 0 ? path + length : path;
}

static int read_elsewhere(struct root root, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = root_open_file(root, path, O_RDONLY | O_NONBLOCK);

	return fd < 0 ? fd : sysfs_read_again(fd, path, buf, size);
}

int root_read(struct root root, const char *path, char *buf, size_t size)
{
	int rc;

	if (!root.elsewhere)
		return sysfs_read(AT_FDCWD, path, buf, size);
	rc = READ_REPEATEDLY(read_elsewhere(root, path, buf, size));
	return rc == -EDEADLK ? unread_note(AT_FDCWD, path, rc) : rc;
}

int root_read_flag(struct root root, const char *path)
{
	char buf[4];
	int rc = root_read(root, path, buf, sizeof(buf));

	if (rc == -EMSGSIZE)
		return -EILSEQ;
	return rc < 0 ? rc : sysfs_to_flag(buf);
}

/* Open the file, directory or link itself, without following a link */
static int open_itself(struct root root, const char *path)
{
	return root_open_file(root, path, O_PATH | O_NOFOLLOW);
}

bool root_exists(struct root root, const char *path)
{
	_cleanup_close_ int fd = -1;

	if (!root.elsewhere)
		return sysfs_exists(AT_FDCWD, path);
	fd = open_itself(root, path);
	return fd >= 0;
}

bool root_is_absent(struct root root, const char *path)
{
	_cleanup_close_ int fd = -1;

	if (!root.elsewhere)
		return sysfs_is_absent(AT_FDCWD, path);
	fd = open_itself(root, path);
	return fd == -ENOENT || fd == -ENOTDIR;
}

static char *link_name(struct root root, const char *path,
		       char *(*read)(int dirfd, const char *path))
{
	_cleanup_close_ int fd = -1;

	if (!root.elsewhere)
		return read(AT_FDCWD, path);
	fd = open_itself(root, path);
	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	return read(fd, "");
}

char *root_link_name(struct root root, const char *path)
{
	return link_name(root, path, sysfs_link_name);
}

char *root_private_link_name(struct root root, const char *path)
{
	return link_name(root, path, sysfs_private_link_name);
}
