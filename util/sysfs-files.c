// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/memory.h"
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

/* The folder itself, among its attributes */
#define FOLDER ""

int sysfs_files_folder(struct sysfs_files *files, uint64_t device, int dirfd, const char *path)
{
	struct sysfs_file *file = find(files, device, FOLDER);
	int fd;

	if (!file && files->count == SYSFS_FILES_MAX)
		return -EMFILE;
	if (!file) {
		fd = openat(dirfd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return -errno;
		file = append(files->list, files->count);
		*file = (struct sysfs_file){device, FOLDER, fd, true};
	}
	file->used = true;
	return file->fd;
}

int sysfs_files_read(struct sysfs_files *files, uint64_t device, const char *attribute, int dirfd,
		     const char *path, char *buf, size_t size)
{
	struct sysfs_file *file = files ? find(files, device, attribute) : NULL;
	int fd;

	if (!files || (!file && files->count == SYSFS_FILES_MAX))
		return sysfs_read(dirfd, path, buf, size);
	if (!file) {
		fd = sysfs_open(dirfd, path);
		if (fd < 0)
			return fd;
		file = append(files->list, files->count);
		*file = (struct sysfs_file){device, attribute, fd, true};
	}
	file->used = true;
	return sysfs_read_again(file->fd, path, buf, size);
}

void sysfs_files_sweep(struct sysfs_files *files)
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		struct sysfs_file file = files->list[i];

		if (!file.used) {
			close(file.fd);
			continue;
		}
		file.used = false;
		files->list[kept++] = file;
	}
	files->count = kept;
}

void sysfs_files_release(struct sysfs_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		close(files->list[i].fd);
	free(files->list);
	*files = (struct sysfs_files){0};
}
