/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_SYSFS_H
#define UTIL_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reading sysfs (Documentation/filesystems/sysfs.rst in the kernel's source), always relative to
 * an open directory. An attribute may be missing, empty, huge, not text, or gone between two
 * reads: each of these is an error that the caller can treat as "not known".
 */

/* Print on stderr what could not be read, and why */
extern bool sysfs_debug;

/*
 * No attribute that has a meaning here is longer. The kernel's limit is a page, which can be 65536
 * bytes: what is longer than this is -EMSGSIZE.
 */
#define SYSFS_ATTR_MAX 4096

/**
 * sysfs_read() - the text of one attribute, without its last newline
 * @dirfd: the directory that @path is relative to
 * @path: the attribute
 * @buf: where the text goes; it always ends in a null byte, and is empty where it does not fit
 * @size: the bytes that @buf has
 *
 * Return: the length of the text, or a negative errno: -EMSGSIZE if it does not fit, -EILSEQ if
 * it has a null byte in it (not text), or the error of open(2) or read(2).
 */
int sysfs_read(int dirfd, const char *path, char *buf, size_t size);

/** sysfs_open() - the file of an attribute, to be closed by the caller; or a negative errno */
int sysfs_open(int dirfd, const char *path);

/**
 * sysfs_open_directory() - a directory, which leads to what is in it, and no more (O_PATH)
 *
 * Return: a file descriptor, to be closed by the caller; or a negative errno.
 */
int sysfs_open_directory(int dirfd, const char *path);

/**
 * sysfs_read_again() - as sysfs_read(), from the file that sysfs_open() opened, from its beginning
 * @path: what it is called in a message
 *
 * Return: as sysfs_read(); -ENODEV if the device has gone, also if another one has its name now.
 */
int sysfs_read_again(int fd, const char *path, char *buf, size_t size);

/** sysfs_to_flag() - 0 or 1, of an attribute's text, or -EILSEQ for anything else */
int sysfs_to_flag(const char *text);

/** sysfs_to_number() - as sysfs_read_number(), of an attribute's text */
uint64_t sysfs_to_number(const char *text);

/**
 * sysfs_read_flag() - the value of an attribute that is 0 or 1
 *
 * Return: 0 or 1, -EILSEQ for anything else, or the error of sysfs_read().
 */
int sysfs_read_flag(int dirfd, const char *path);

/**
 * sysfs_read_number() - the value of an attribute that is one number, decimal or with 0x
 *
 * Return: the number, or UINT64_MAX if it is negative, not a number, or cannot be read. That value
 * means nothing in any attribute that is read by this function.
 */
uint64_t sysfs_read_number(int dirfd, const char *path);

/**
 * sysfs_write() - write @text to the attribute @path, in one write as the kernel wants it
 *
 * Return: 0, or the negative errno of open(2) or of the attribute. It may sleep in the kernel.
 */
int sysfs_write(const char *path, const char *text);

/**
 * sysfs_exists() - whether there is a file, directory or link of that name
 */
bool sysfs_exists(int dirfd, const char *path);

/** sysfs_is_absent() - is it certain that nothing is there? An error does not tell. */
bool sysfs_is_absent(int dirfd, const char *path);

/**
 * sysfs_is_writable() - does the mode of that file let its owner write to it?
 *
 * sysfs has no exception for root or a capability. What cannot be told is yes, and noted as unread.
 */
bool sysfs_is_writable(int dirfd, const char *path);

/**
 * sysfs_link_name() - the last part of the target of a symbolic link
 *
 * In sysfs such links name the driver of a device and the module of a driver, and everybody can
 * read them: one that this process may not read is noted as unread (unread.h).
 *
 * Return: a new string that the caller frees, or NULL with errno set (ENOENT: no such link;
 * EILSEQ: a link without a name at its end).
 */
char *sysfs_link_name(int dirfd, const char *path);

/** sysfs_private_link_name() - likewise, of a link that not everybody can read */
char *sysfs_private_link_name(int dirfd, const char *path);

/**
 * sysfs_link() - the target of a symbolic link
 *
 * Return: the length of the target in @buf, which has @size bytes, or a negative errno:
 * -ENAMETOOLONG if it does not fit.
 */
int sysfs_link(int dirfd, const char *path, char *buf, size_t size);

#endif
