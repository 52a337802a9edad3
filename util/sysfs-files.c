// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/memory.h"
#include "util/read-limit.h"
#include "util/sysfs-files.h"
#include "util/sysfs.h"

static struct sysfs_file *find(struct sysfs_files *files, uint64_t device, const char *attribute)
{
	for (size_t i = 0; i < files->count; i++) {
		struct sysfs_file *file = &files->list[i];

		if (file->device == device && strcmp(file->attribute, attribute) == 0)
			return file;
	}
	return NULL;
}

bool sysfs_files_have(const struct sysfs_files *files, uint64_t device)
{
	for (size_t i = 0; i < files->count; i++) {
		if (files->list[i].device == device)
			return true;
	}
	return false;
}

/*
 * Return the file; @open opens it if it is not open yet. A negative errno on error (-EMFILE: too
 * many).
 */
static int open_once(struct sysfs_files *files, uint64_t device, const char *attribute, int dirfd,
		     const char *path, int (*open)(int dirfd, const char *path))
{
	struct sysfs_file *file = find(files, device, attribute);
	int fd;

	if (file) {
		file->unused = 0;
		return file->fd;
	}
	if (files->count == SYSFS_FILES_MAX)
		return -EMFILE;
	fd = open(dirfd, path);
	if (fd >= 0)
		*APPEND(files->list, files->count) = (struct sysfs_file){device, attribute, fd, 0};
	return fd;
}

static void forget(struct sysfs_files *files, int fd)
{
	for (size_t i = 0; i < files->count; i++) {
		if (files->list[i].fd == fd) {
			files->list[i] = files->list[--files->count];
			break;
		}
	}
	close(fd);
}

/* The entry of the device's directory itself, among its attributes */
#define DIRECTORY ""

int sysfs_files_directory(struct sysfs_files *files, uint64_t device, int dirfd, const char *path)
{
	return open_once(files, device, DIRECTORY, dirfd, path, sysfs_open_directory);
}

int sysfs_files_read(struct sysfs_files *files, uint64_t device, const char *attribute, int dirfd,
		     const char *path, char *buf, size_t size)
{
	int fd = files ? open_once(files, device, attribute, dirfd, path, sysfs_open) : -EMFILE;
	int rc;

	if (fd < 0)
		return fd == -EMFILE ? sysfs_read(dirfd, path, buf, size) : fd;
	read_limit_begin();
	rc = sysfs_read_again(fd, path, buf, size);
	if (rc == -EDEADLK) {
		forget(files, fd);
		rc = sysfs_read(dirfd, path, buf, size);
	}
	read_limit_end();
	return rc;
}

/* A file is closed at the sweep after this many in which it was not used. */
#define SWEEPS 2

void sysfs_files_sweep(struct sysfs_files *files)
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		struct sysfs_file file = files->list[i];

		if (++file.unused > SWEEPS) {
			close(file.fd);
			continue;
		}
		files->list[kept++] = file;
	}
	files->count = kept;
}

void sysfs_files_release(struct sysfs_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		close(files->list[i].fd);
	free(files->list);
	if (files->listing)
		closedir(files->listing);
	*files = (struct sysfs_files){0};
}
