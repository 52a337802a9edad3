/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_ROOT_H
#define UTIL_ROOT_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * The machine that is read: the running one, or a directory that contains the sys, proc, dev and
 * lib of another machine. All paths here are paths of that machine: "/sys/bus/cxl/devices".
 *
 * Absolute links and ".." stay within the directory, which is the root of all paths here
 * (RESOLVE_IN_ROOT of openat2(2), Linux 5.6). This does not hold for a file that is opened relative
 * to a directory of sysfs, because links lead from there to other devices. It does not hold for
 * libkmod either, which takes a path. For these two, the directory must have no links that lead out
 * of it. A recorded machine has none, because the links of sysfs are relative.
 */

/* All zero: the running machine */
struct root {
	bool elsewhere; /* it is not the running machine */
	int fd;		/* of the directory if @elsewhere is set */
};

/* The running machine. Reading it needs no additional system calls. */
#define ROOT_LIVE ((struct root){0})

/**
 * root_open() - open the machine in @directory; 0 or a negative errno
 *
 * The caller closes it with root_close().
 */
int root_open(struct root *root, const char *directory);
void root_close(struct root *root);

/**
 * root_open_file() - open a file as open(2) with O_CLOEXEC; a file descriptor or a negative errno
 */
int root_open_file(struct root root, const char *path, int flags);

/** root_fopen() - open a file for reading, as fopen(3) */
FILE *root_fopen(struct root root, const char *path);

/** root_opendir() - open a directory, as opendir(3) */
DIR *root_opendir(struct root root, const char *path);

/** root_path() - return a path for a library that opens files itself; the caller frees it */
char *root_path(struct root root, const char *path);

/**
 * root_relative() - return the path of that machine for a path at or below the result of
 * root_path()
 */
const char *root_relative(struct root root, const char *path);

/** root_read() - as sysfs_read() of util/sysfs.h, for a path of that machine */
int root_read(struct root root, const char *path, char *buf, size_t size);
int root_read_flag(struct root root, const char *path);
bool root_exists(struct root root, const char *path);

/**
 * root_is_absent() - test whether it is certain that @path does not exist: an error is not enough
 */
bool root_is_absent(struct root root, const char *path);
char *root_link_name(struct root root, const char *path);
char *root_private_link_name(struct root root, const char *path);

#endif
