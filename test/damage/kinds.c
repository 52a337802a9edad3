// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/damage/kinds.h"
#include "util/cleanup.h"

static int put_bytes(int directory, const char *name, const void *bytes, size_t length)
{
	_cleanup_close_ int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL, 0644);

	return fd >= 0 && write(fd, bytes, length) == (ssize_t)length ? 0 : -1;
}

static int put_text(int directory, const char *name, const char *text)
{
	return put_bytes(directory, name, text, strlen(text));
}

static int put_empty(int directory, const char *name)
{
	return put_text(directory, name, "");
}

/* Every byte except the null byte, 16 times */
static int put_garbage(int directory, const char *name)
{
	unsigned char bytes[16 * 255];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i % 255 + 1);
	return put_bytes(directory, name, bytes, sizeof(bytes));
}

/* Root can still read it, unless it lacks CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH. */
static int put_unreadable(int directory, const char *name)
{
	return put_text(directory, name, "1\n") ?: fchmodat(directory, name, 0, 0);
}

static int put_directory(int directory, const char *name)
{
	return mkdirat(directory, name, 0755);
}

static int put_large_number(int directory, const char *name)
{
	return put_text(directory, name, "18446744073709551616\n");
}

static int put_odd_text(int directory, const char *name)
{
	return put_text(directory, name, "'\"\\ \xc3\xa9\xff x\n");
}

static int put_null_byte(int directory, const char *name)
{
	return put_bytes(directory, name, "1\0\n", 3);
}

static int put_long_text(int directory, const char *name)
{
	char bytes[5000];

	memset(bytes, '1', sizeof(bytes));
	return put_bytes(directory, name, bytes, sizeof(bytes));
}

static int put_link_to_itself(int directory, const char *name)
{
	return symlinkat(name, directory, name);
}

static int put_link_to_nowhere(int directory, const char *name)
{
	return symlinkat("../nowhere/at-all", directory, name);
}

static int put_link_above(int directory, const char *name)
{
	return symlinkat("..", directory, name);
}

const struct damage_kind damage_kinds[] = {
	{"removed", S_IFREG, DAMAGE_REMOVE, NULL},
	{"empty", S_IFREG, DAMAGE_SOME, put_empty},
	{"garbage", S_IFREG, DAMAGE_SOME, put_garbage},
	{"unreadable", S_IFREG, DAMAGE_SOME, put_unreadable},
	{"a directory", S_IFREG, DAMAGE_ALL, put_directory},
	{"too large a number", S_IFREG, DAMAGE_ALL, put_large_number},
	{"a text", S_IFREG, DAMAGE_ALL, put_odd_text},
	{"a null byte", S_IFREG, DAMAGE_ALL, put_null_byte},
	{"a long text", S_IFREG, DAMAGE_ALL, put_long_text},
	{"removed", S_IFLNK, DAMAGE_REMOVE, NULL},
	{"a link to itself", S_IFLNK, DAMAGE_SOME, put_link_to_itself},
	{"a link to nowhere", S_IFLNK, DAMAGE_ALL, put_link_to_nowhere},
	{"a link to what is above", S_IFLNK, DAMAGE_ALL, put_link_above},
	{"an empty directory", S_IFLNK, DAMAGE_ALL, put_directory},
	{"an empty file", S_IFLNK, DAMAGE_ALL, put_empty},
	{"removed", S_IFDIR, DAMAGE_REMOVE, NULL},
	{"empty", S_IFDIR, DAMAGE_SOME, put_directory},
	{"a file", S_IFDIR, DAMAGE_SOME, put_garbage},
};
const size_t nr_damage_kinds = sizeof(damage_kinds) / sizeof(*damage_kinds);
