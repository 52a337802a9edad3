// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/records.h"
#include "util/write.h"

/* If the machine died during a write, the last line may be incomplete. */
static int end_line(int fd, off_t size)
{
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) != 1)
		return -errno;
	return last == '\n' || write(fd, "\n", 1) == 1 ? 0 : -errno;
}

/* Test whether every user can create a file in the directory of @path, as in /tmp. */
static bool is_shared(const char *path, struct stat *directory)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *name =
		!slash ? memory_check(strdup(".")) : xasprintf("%.*s/", (int)(slash - path), path);

	return stat(name, directory) < 0 || (directory->st_mode & S_IWOTH);
}

/*
 * In a shared directory, refuse a file of another user and a file with a second name. The sysctls
 * fs.protected_regular and fs.protected_hardlinks have the same rules.
 */
static int check_owner(int fd, const char *path)
{
	struct stat directory, file;

	if (!is_shared(path, &directory))
		return 0;
	if (fstat(fd, &file) < 0)
		return -errno;
	return S_ISREG(file.st_mode) && file.st_nlink == 1 && file.st_uid == geteuid() ? 0 : -EPERM;
}

int records_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
	int rc = fd < 0 ? -errno : check_owner(fd, path);
	off_t size = rc < 0 ? 0 : lseek(fd, 0, SEEK_END);

	if (rc == 0)
		rc = size < 0 ? -errno : end_line(fd, size);
	if (rc == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return rc;
}

int records_open_new(char *template)
{
	int fd = mkostemp(template, O_APPEND | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Return all records as one text, with a line for each, so that one write is enough */
static char *to_lines(struct json_object *records)
{
	char *text = NULL;
	size_t size;
	FILE *lines = open_memstream(&text, &size);

	memory_check(lines);
	for (size_t i = 0; i < json_length(records); i++) {
		fputs(json_object_to_json_string_ext(json_object_array_get_idx(records, i),
						     JSON_C_TO_STRING_PLAIN |
							     JSON_C_TO_STRING_NOSLASHESCAPE),
		      lines);
		fputc('\n', lines);
	}
	fclose(lines);
	return memory_check(text);
}

int records_add_all(int fd, struct json_object *records)
{
	_cleanup_free_ char *lines = to_lines(records);
	off_t size = lseek(fd, 0, SEEK_END);
	int rc = write_all(fd, lines);

	if (rc == 0 && fdatasync(fd) < 0 && errno != EINVAL)
		rc = -errno;
	if (rc < 0 && size >= 0 && ftruncate(fd, size) < 0)
		return rc;
	return rc;
}

int records_add(int fd, struct json_object *record)
{
	struct json_object *records = json_new_array();
	int rc;

	json_append(records, record);
	rc = records_add_all(fd, records);
	json_object_put(records);
	return rc;
}

struct json_object *records_read(const char *path)
{
	FILE *file = fopen(path, "re");
	struct json_object *records;
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	if (!file)
		return NULL;
	records = json_new_array();
	while (getline(&line, &size, file) >= 0) {
		struct json_object *record = json_tokener_parse(line);

		if (json_object_is_type(record, json_type_object))
			json_append(records, record);
		else
			json_object_put(record);
	}
	fclose(file);
	return records;
}
