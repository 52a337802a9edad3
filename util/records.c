// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/records.h"
#include "util/write.h"

/* On a machine that died, the last line may be incomplete. */
static int end_line(int fd, off_t size)
{
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) != 1)
		return -errno;
	return last == '\n' || write(fd, "\n", 1) == 1 ? 0 : -errno;
}

int records_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	int rc = size < 0 ? -errno : end_line(fd, size);

	if (rc == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return rc;
}

int records_add(int fd, struct json_object *record)
{
	_cleanup_free_ char *line = xasprintf(
		"%s\n", json_object_to_json_string_ext(
				record, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	off_t size = lseek(fd, 0, SEEK_END);
	int rc = write_all(fd, line);

	json_object_put(record);
	if (rc == 0 && fdatasync(fd) < 0 && errno != EINVAL)
		rc = -errno;
	if (rc < 0 && size >= 0 && ftruncate(fd, size) < 0)
		return rc;
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
