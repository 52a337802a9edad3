// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "util/cleanup.h"
#include "util/entries.h"
#include "util/memory.h"
#include "util/unread.h"
#include "util/write.h"

static const char suffix[] = ".json";

/* The entry of a memdev is smaller. */
#define READ_SIZE 4096

static char *entry_path(const char *directory, const char *name)
{
	return xasprintf("%s/%s%s", directory, name, suffix);
}

static char *read_holder(int fd)
{
	char text[1024] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return NULL;
	return memory_check(strndup(text, strcspn(text, "\n")));
}

/* An error is ignored: the note only completes the message of another process. */
void entries_lock_note(int lock, const char *holder)
{
	if (ftruncate(lock, 0) < 0 || pwrite(lock, holder, strlen(holder), 0) < 0)
		errno = 0;
}

int entries_lock(const char *directory, const char *name, char **holder)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", directory, name);
	int fd;

	*holder = NULL;
	if (mkdir(directory, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int rc = -errno;

		*holder = read_holder(fd);
		close(fd);
		return rc;
	}
	return fd;
}

int entries_write(const char *directory, const char *name, struct json_object *entry)
{
	_cleanup_free_ char *path = entry_path(directory, name);

	return write_replace(path, json_object_to_json_string_ext(entry, JSON_C_TO_STRING_PRETTY),
			     0600);
}

/* Read the whole file as a text; 0 or a negative errno */
static int read_all(int fd, char **text)
{
	size_t length = 0, size = 0;
	ssize_t got;

	do {
		if (length + 1 >= size)
			*text = memory_check(realloc(*text, size += READ_SIZE));
		got = TEMP_FAILURE_RETRY(read(fd, *text + length, size - length - 1));
		length += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	(*text)[length] = '\0';
	return got < 0 ? -errno : 0;
}

struct json_object *entries_read(const char *directory, const char *name)
{
	_cleanup_free_ char *path = entry_path(directory, name);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	_cleanup_free_ char *text = NULL;
	struct json_object *entry;
	int rc = fd < 0 ? -errno : read_all(fd, &text);

	if (rc < 0) {
		errno = -unread_note(AT_FDCWD, path, rc);
		return NULL;
	}
	entry = json_tokener_parse(text);
	if (json_object_is_type(entry, json_type_object))
		return entry;
	json_object_put(entry);
	errno = EBADMSG;
	return NULL;
}

int entries_remove(const char *directory, const char *name)
{
	_cleanup_free_ char *path = entry_path(directory, name);

	return unlink(path) < 0 ? -errno : write_sync_name(path);
}

static int by_text(const void *a, const void *b)
{
	const char *const *one = a, *const *other = b;

	return strcmp(*one, *other);
}

char **entries_list(const char *directory, size_t *count)
{
	DIR *entries = opendir(directory);
	const struct dirent *entry;
	char **names = NULL;

	*count = 0;
	if (!entries)
		unread_note(AT_FDCWD, directory, -errno);
	while (entries && (entry = unread_entry(entries))) {
		size_t length = strlen(entry->d_name);
		size_t end = length - strlen(suffix);

		if (length > strlen(suffix) && strcmp(entry->d_name + end, suffix) == 0)
			*APPEND(names, *count) = memory_check(strndup(entry->d_name, end));
	}
	if (entries)
		closedir(entries);
	if (*count > 0)
		qsort(names, *count, sizeof(*names), by_text);
	return names;
}

void entries_list_release(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}
