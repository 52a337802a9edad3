// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "test/fuzz/target.h"
#include "util/cleanup.h"

void fuzz_fault(const char *where, const char *what)
{
	dprintf(STDERR_FILENO, "fault: %s: %s\n", where, what);
	abort();
}

void fuzz_die(const char *what)
{
	dprintf(STDERR_FILENO, "%s: %m\n", what);
	_exit(2);
}

void fuzz_check_json(const char *where, const char *json)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, json, (int)strlen(json) + 1);
	if (json_tokener_get_error(tokener) != json_tokener_success)
		fuzz_fault(where, json);
	json_object_put(object);
	json_tokener_free(tokener);
}

void fuzz_put(const char *path, const char *text, size_t size)
{
	_cleanup_close_ int fd =
		openat(fuzz_directory_fd, path,
		       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		fuzz_die(path);
	while (size > 0) {
		ssize_t written = write(fd, text, size);

		if (written < 0)
			fuzz_die(path);
		text += written;
		size -= (size_t)written;
	}
}

static const char *next_part(const char *text, const char *end)
{
	const char *found = text;

	while ((found = memmem(found, (size_t)(end - found), "=== ", 4))) {
		if (found == text || found[-1] == '\n')
			return found;
		found++;
	}
	return NULL;
}

const char *fuzz_part(const char *text, size_t size, const char *name, size_t *length)
{
	const char *end = text + size, *part = next_part(text, end);

	for (; part; part = next_part(part + 1, end)) {
		const char *word = part + strlen("=== "), *next;
		const char *newline = memchr(word, '\n', (size_t)(end - word));

		if (!newline || (size_t)(newline - word) != strlen(name) ||
		    strncmp(word, name, strlen(name)) != 0)
			continue;
		next = next_part(newline, end);
		*length = (size_t)((next && next > newline + 1 ? next - 1 : end) - newline - 1);
		if (next == newline + 1)
			*length = 0;
		return newline + 1;
	}
	return NULL;
}

size_t fuzz_lines(const char *text, size_t size)
{
	size_t lines = size > 0 && text[size - 1] != '\n';

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	return lines;
}

bool fuzz_has(const char *text, size_t size, const char *wanted)
{
	return memmem(text, size, wanted, strlen(wanted)) != NULL;
}
