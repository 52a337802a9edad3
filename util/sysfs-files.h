/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_SYSFS_FILES_H
#define UTIL_SYSFS_FILES_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Attributes and directories that are read repeatedly. Their files stay open, because finding and
 * opening a file takes several times as long as reading it. An open file belongs to one device.
 * Once that device is gone, the file cannot be read (-ENODEV), even if a new device has the same
 * name.
 */

/* The maximum number of files that stay open. Any other file is opened for each read. */
#define SYSFS_FILES_MAX 128

struct sysfs_file {
	uint64_t device;       /* the inode in sysfs, a number that no other device ever has */
	const char *attribute; /* belongs to the caller, which never frees it */
	int fd;
	unsigned int unused; /* the number of sweeps since it was used last */
};

/* All zero: no file is open yet */
struct sysfs_files {
	struct sysfs_file *list;
	size_t count;
	DIR *listing; /* a directory that is listed each time, for the caller; NULL: none */
};

/**
 * sysfs_files_read() - read an attribute as sysfs_read(), from its open file if there is one
 * @files: the files that stay open; NULL: the file does not stay open
 * @device: the number of the device
 * @attribute: the name of the attribute; the text must outlive @files
 * @path: the path of the attribute, relative to @dirfd
 */
int sysfs_files_read(struct sysfs_files *files, uint64_t device, const char *attribute, int dirfd,
		     const char *path, char *buf, size_t size);

/**
 * sysfs_files_directory() - return the directory of a device (O_PATH), to open files in it
 *
 * Return: a file descriptor, or a negative errno (-EMFILE: there are too many). The descriptor
 * belongs to @files, until sysfs_files_sweep() closes it.
 */
int sysfs_files_directory(struct sysfs_files *files, uint64_t device, int dirfd, const char *path);

/** sysfs_files_have() - test whether a file of that device is open */
bool sysfs_files_have(const struct sysfs_files *files, uint64_t device);

/**
 * sysfs_files_sweep() - close the files that were not used since the sweep before the last one
 *
 * A file may only be of use each second time: a device appears and disappears.
 */
void sysfs_files_sweep(struct sysfs_files *files);

void sysfs_files_release(struct sysfs_files *files);

#endif
