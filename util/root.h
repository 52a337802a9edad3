/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_ROOT_H
#define UTIL_ROOT_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * The machine that is read: the running one, or a directory that has the sys, proc, dev and lib of
 * another one in it. All paths here are those of that machine: "/sys/bus/cxl/devices".
 *
 * Absolute links, and "..", stay within the directory: it is the root of all paths here
 * (RESOLVE_IN_ROOT of openat2(2), Linux 5.6). This does not hold for what is opened relative to a
 * directory of sysfs, since links lead out of it to other devices, nor for libkmod, which takes a
 * path. There, the directory must have no links that lead out of it. A recorded machine has none:
 * the links of sysfs are relative.
 */

/* All zero: the running machine */
struct root {
	bool elsewhere; /* not the running machine */
	int fd;		/* of the directory, if @elsewhere */
};

/* The running machine. Reading it costs no more system calls than without a root. */
#define ROOT_LIVE ((struct root){0})

/** root_open() - the machine in @directory, closed with root_close(); 0 or a negative errno */
int root_open(struct root *root, const char *directory);
void root_close(struct root *root);

/** root_open_file() - as open(2), with O_CLOEXEC: a file descriptor or a negative errno */
int root_open_file(struct root root, const char *path, int flags);

/** root_fopen() - a file to read, as fopen(3) */
FILE *root_fopen(struct root root, const char *path);

/** root_opendir() - as opendir(3) */
DIR *root_opendir(struct root root, const char *path);

/** root_path() - a path for a library that opens files itself; the caller frees it */
char *root_path(struct root root, const char *path);

/** root_relative() - the part of what root_path() returned, or of a path below, that was given to
 * it
 */
const char *root_relative(struct root root, const char *path);

/** root_read() - as sysfs_read() of util/sysfs.h, as are the functions that follow */
int root_read(struct root root, const char *path, char *buf, size_t size);
int root_read_flag(struct root root, const char *path);
bool root_exists(struct root root, const char *path);

/** root_is_absent() - is it certain that nothing is there? An error does not tell. */
bool root_is_absent(struct root root, const char *path);
char *root_link_name(struct root root, const char *path);
char *root_private_link_name(struct root root, const char *path);

#endif
