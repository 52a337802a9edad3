/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_SYSFS_H
#define UTIL_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read sysfs (Documentation/filesystems/sysfs.rst in the kernel's source), always relative to an
 * open directory. An attribute may be missing, empty, huge, not text, or gone between two reads.
 * Each of these is an error that the caller can treat as "not known".
 */

/* Print on stderr each attribute that could not be read, and the error */
extern bool sysfs_debug;

/*
 * The maximum length of an attribute. The kernel's limit is a page, which can be 65536 bytes, but
 * no attribute that has a meaning here is longer than this. A longer one is -EMSGSIZE.
 */
#define SYSFS_ATTR_MAX 4096

/**
 * sysfs_read() - read the text of one attribute, without its last newline
 * @dirfd: the directory that @path is relative to
 * @path: the attribute
 * @buf: the buffer for the text; it always ends in a null byte, and is empty if the text does not
 * fit
 * @size: the size of @buf in bytes
 *
 * Return: the length of the text, or a negative errno: -EMSGSIZE if it does not fit, -EILSEQ if it
 * contains a null byte (not text), -EDEADLK if the kernel does not answer (read-limit.h), or the
 * error of open(2) or read(2).
 */
int sysfs_read(int dirfd, const char *path, char *buf, size_t size);

/**
 * sysfs_open() - open the file of an attribute; a file descriptor that the caller closes, or a
 * negative errno
 */
int sysfs_open(int dirfd, const char *path);

/**
 * sysfs_open_directory() - open a directory (O_PATH), only to open files in it
 *
 * Return: a file descriptor that the caller closes, or a negative errno.
 */
int sysfs_open_directory(int dirfd, const char *path);

/**
 * sysfs_read_again() - read a file that sysfs_open() opened, from its beginning, as sysfs_read()
 * @path: the name of the attribute in a message
 *
 * It reads only once. After -EDEADLK, the file has to be opened anew: the kernel may have removed
 * the attribute, and made it again.
 *
 * Return: as sysfs_read(); -ENODEV if the device is gone, even if a new device has the same name.
 * -EDEADLK is not recorded as unread.
 */
int sysfs_read_again(int fd, const char *path, char *buf, size_t size);

/** sysfs_to_flag() - return 0 or 1 for the text of an attribute, or -EILSEQ for any other text */
int sysfs_to_flag(const char *text);

/** sysfs_to_number() - return the number in the text of an attribute, as sysfs_read_number() */
uint64_t sysfs_to_number(const char *text);

/**
 * sysfs_read_flag() - read an attribute whose value is 0 or 1
 *
 * Return: 0 or 1, -EILSEQ for any other value, or the error of sysfs_read().
 */
int sysfs_read_flag(int dirfd, const char *path);

/**
 * sysfs_read_number() - read an attribute whose value is one number, decimal or with 0x
 *
 * Return: the number, or UINT64_MAX if it is negative, not a number, or cannot be read. No
 * attribute that this function reads uses that value.
 */
uint64_t sysfs_read_number(int dirfd, const char *path);

/**
 * sysfs_write() - write @text to the attribute @path, in one write(2) as the kernel requires
 *
 * Return: 0, or the negative errno of open(2) or of the attribute. The write may sleep in the
 * kernel.
 */
int sysfs_write(const char *path, const char *text);

/** sysfs_exists() - test whether a file, directory or link of that name exists */
bool sysfs_exists(int dirfd, const char *path);

/**
 * sysfs_is_absent() - test whether it is certain that @path does not exist: an error is not enough
 */
bool sysfs_is_absent(int dirfd, const char *path);

/**
 * sysfs_is_writable() - test whether the mode of that file allows its owner to write to it
 *
 * sysfs makes no exception for root or a capability. If the mode cannot be read, the result is
 * true, and the error is recorded with unread_note().
 */
bool sysfs_is_writable(int dirfd, const char *path);

/**
 * sysfs_link_name() - return the last part of the target of a symbolic link
 *
 * In sysfs such links name the driver of a device and the module of a driver. Every user can read
 * them. A link that this process may not read is recorded as unread (unread.h).
 *
 * Return: a new string that the caller frees, or NULL with errno set (ENOENT: no such link; EILSEQ:
 * the target ends without a name).
 */
char *sysfs_link_name(int dirfd, const char *path);

/** sysfs_private_link_name() - as sysfs_link_name(), for a link that not every user can read */
char *sysfs_private_link_name(int dirfd, const char *path);

/**
 * sysfs_link() - read the target of a symbolic link
 *
 * Return: the length of the target in @buf, which has @size bytes, or a negative errno:
 * -ENAMETOOLONG if it does not fit.
 */
int sysfs_link(int dirfd, const char *path, char *buf, size_t size);

#endif
