// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "test/fuzz/unpack.h"
#include "util/cleanup.h"

#define LINE_MAX 32768
#define NAME_LENGTH_MAX 255
#define DEPTH_MAX 40

struct unpacking {
	int top;
	int directory; /* for the entries that follow; -1: none */
	int depth;     /* the depth of that directory below @top */
	int file;      /* the file whose content follows; -1: none */
	size_t written;
	size_t nr_entries;
};

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Undo "\xNN" and "\\" in place. Any other backslash stays. The text may contain null bytes. */
static size_t unescape(char *text, size_t length)
{
	size_t to = 0;

	for (size_t from = 0; from < length; from++) {
		char c = text[from];

		if (c == '\\' && from + 1 < length && text[from + 1] == '\\') {
			from++;
		} else if (c == '\\' && from + 3 < length && text[from + 1] == 'x' &&
			   hex_digit(text[from + 2]) >= 0 && hex_digit(text[from + 3]) >= 0) {
			c = (char)(hex_digit(text[from + 2]) << 4 | hex_digit(text[from + 3]));
			from += 3;
		}
		text[to++] = c;
	}
	text[to] = '\0';
	return to;
}

static bool is_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= NAME_LENGTH_MAX && !strchr(name, '/') &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/*
 * A link is relative. It has ".." only at its beginning, and no more often than there are
 * directories above it. It does not lead out of the directory, even through other links.
 */
static bool stays_within(const char *target, int depth)
{
	while (strncmp(target, "../", 3) == 0) {
		target += 3;
		depth--;
	}
	if (strcmp(target, "..") == 0) {
		target += 2;
		depth--;
	}
	if (depth < 0 || target[0] == '/')
		return false;
	return !strstr(target, "/../") && strncmp(target, "../", 3) != 0 &&
	       !(strlen(target) >= 3 && strcmp(target + strlen(target) - 3, "/..") == 0);
}

/* Create and open the directory @name, which must not be a link */
static int enter(int above, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};

	mkdirat(above, name, 0755);
	return (int)syscall(SYS_openat2, above, name, &how, sizeof(how));
}

static bool is_top(const char *name)
{
	return strcmp(name, "sys") == 0 || strcmp(name, "proc") == 0 || strcmp(name, "dev") == 0;
}

static void leave(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* "D /sys/bus" or "D 0700 /sys/bus" */
static void begin_directory(struct unpacking *unpacking, char *line)
{
	char *path = strchr(line, '/'), *part;
	int fd = -1;

	leave(&unpacking->directory);
	unpacking->depth = 0;
	if (!path)
		return;
	unescape(path, strlen(path));
	while ((part = strsep(&path, "/"))) {
		int below;

		if (!*part)
			continue;
		if (!is_name(part) || unpacking->depth == DEPTH_MAX || (fd < 0 && !is_top(part)) ||
		    unpacking->nr_entries++ == UNPACK_ENTRIES_MAX) {
			leave(&fd);
			return;
		}
		below = enter(fd < 0 ? unpacking->top : fd, part);
		leave(&fd);
		if (below < 0)
			return;
		fd = below;
		unpacking->depth++;
	}
	unpacking->directory = fd;
}

/* "L NAME -> TARGET", from the name on */
static void make_link(const struct unpacking *unpacking, char *name)
{
	char *target = strstr(name, " -> ");

	if (!target)
		return;
	*target = '\0';
	target += strlen(" -> ");
	unescape(target, strlen(target));
	unescape(name, strlen(name));
	if (is_name(name) && *target && stays_within(target, unpacking->depth))
		symlinkat(target, unpacking->directory, name);
}

/* "F MODE NAME", from the mode on. A mode without permission to read leaves the file unreadable. */
static void begin_file(struct unpacking *unpacking, char *mode)
{
	char *name = strchr(mode, ' ');
	mode_t bits = (mode_t)strtoul(mode, NULL, 8) & 0777;

	if (!name)
		return;
	name++;
	unescape(name, strlen(name));
	if (!is_name(name))
		return;
	unpacking->file = openat(unpacking->directory, name,
				 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, bits | 0200);
	unpacking->written = 0;
}

static void add_content(struct unpacking *unpacking, char *line)
{
	size_t length = strlen(line), backslashes = 0;

	while (backslashes < length && line[length - 1 - backslashes] == '\\')
		backslashes++;
	/* An odd number of backslashes: no newline follows. */
	if (backslashes % 2)
		length = unescape(line, length - 1);
	else
		length = unescape(line, length);
	if (backslashes % 2 == 0)
		line[length++] = '\n';
	if (unpacking->file >= 0 && unpacking->written + length <= UNPACK_FILE_MAX &&
	    write(unpacking->file, line, length) == (ssize_t)length)
		unpacking->written += length;
}

static void add_line(struct unpacking *unpacking, char *line)
{
	if (line[0] == '\t') {
		add_content(unpacking, line + 1);
		return;
	}
	leave(&unpacking->file);
	if (line[0] == '\0' || line[1] != ' ' || unpacking->nr_entries == UNPACK_ENTRIES_MAX)
		return;
	unpacking->nr_entries++;
	if (line[0] == 'D')
		begin_directory(unpacking, line + 2);
	else if (unpacking->directory < 0)
		return;
	else if (line[0] == 'L')
		make_link(unpacking, line + 2);
	else if (line[0] == 'F' || line[0] == 'C')
		begin_file(unpacking, line + 2);
}

void unpack(int directory, const char *text, size_t size)
{
	struct unpacking unpacking = {.top = directory, .directory = -1, .file = -1};
	char line[LINE_MAX + 1];

	while (size > 0) {
		const char *newline = memchr(text, '\n', size);
		size_t length = newline ? (size_t)(newline - text) : size;
		size_t used = length < LINE_MAX ? length : LINE_MAX - 1;

		*(char *)mempcpy(line, text, used) = '\0';
		add_line(&unpacking, line);
		length += newline != NULL;
		text += length;
		size -= length;
	}
	leave(&unpacking.directory);
	leave(&unpacking.file);
}

void unpack_remove(int directory, const char *name)
{
	const struct dirent *entry;
	DIR *entries;
	int fd;

	if (unlinkat(directory, name, 0) == 0)
		return;
	fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	entries = fd < 0 ? NULL : fdopendir(fd);
	while (entries && (entry = readdir(entries))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unpack_remove(fd, entry->d_name);
	}
	if (entries)
		closedir(entries);
	unlinkat(directory, name, AT_REMOVEDIR);
}
