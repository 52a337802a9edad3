/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_SYSFS_FILES_H
#define UTIL_SYSFS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Attributes that are read again and again, and directories: their files stay open, since to find
 * and open one takes several times as long as to read it. An open file is that of one device, and
 * not of the next one with its name: once the device has gone, it cannot be read (-ENODEV).
 */

/* So many stay open at most; any other file is opened each time. */
#define SYSFS_FILES_MAX 128

struct sysfs_file {
	uint64_t device;       /* a number that no other device ever has: an inode in sysfs */
	const char *attribute; /* the caller's, for good */
	int fd;
	bool used; /* since sysfs_files_sweep() */
};

/* All zero: none yet */
struct sysfs_files {
	struct sysfs_file *list;
	size_t count;
};

/**
 * sysfs_files_read() - as sysfs_read(), from the open file, if there is one
 * @files: where the file stays open; NULL: it does not
 * @device: which device's
 * @attribute: which attribute of it; the text has to outlive @files
 * @path: from @dirfd to the attribute
 */
int sysfs_files_read(struct sysfs_files *files, uint64_t device, const char *attribute, int dirfd,
		     const char *path, char *buf, size_t size);

/**
 * sysfs_files_directory() - that device's directory, which leads to what is in it (O_PATH)
 *
 * Return: a file descriptor that belongs to @files, until the device's directory was not asked for
 * between two sweeps, or a negative errno (-EMFILE: there are too many).
 */
int sysfs_files_directory(struct sysfs_files *files, uint64_t device, int dirfd, const char *path);

/** sysfs_files_have() - is a file of that device open? */
bool sysfs_files_have(const struct sysfs_files *files, uint64_t device);

/** sysfs_files_sweep() - close the files that were not read since the last sweep */
void sysfs_files_sweep(struct sysfs_files *files);

void sysfs_files_release(struct sysfs_files *files);

#endif
