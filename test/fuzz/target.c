// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>
#include <json-c/json_visit.h>

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

/* Return how many bytes follow the first byte of a character; -1 if it is invalid */
static int nr_following(unsigned char first)
{
	if (first < 0x80)
		return 0;
	if (first < 0xc0)
		return -1;
	return first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : -1;
}

/* Decide by the code points, and not as util/json.c, which is tested here */
static bool is_utf8(const char *text)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

	while (*text) {
		unsigned char first = (unsigned char)*text++;
		int following = nr_following(first);
		uint32_t number = following > 0 ? first & (0x3fU >> following) : first;

		if (following < 0)
			return false;
		for (int i = 0; i < following; i++, text++) {
			if ((*text & 0xc0) != 0x80)
				return false;
			number = number << 6 | (*text & 0x3f);
		}
		if (number < least[following] || number > 0x10ffff ||
		    (number >= 0xd800 && number <= 0xdfff))
			return false;
	}
	return true;
}

/* Even in strict mode, json-c accepts NaN and Infinity, which are not JSON. */
static int visit_number(struct json_object *value, int flags, struct json_object *parent,
			const char *key, size_t *index, void *all_finite)
{
	(void)flags, (void)parent, (void)key, (void)index;
	if (json_object_is_type(value, json_type_double) &&
	    !isfinite(json_object_get_double(value)))
		*(bool *)all_finite = false;
	return JSON_C_VISIT_RETURN_CONTINUE;
}

static bool is_finite(struct json_object *json)
{
	bool all_finite = true;

	if (json)
		json_c_visit(json, 0, visit_number, &all_finite);
	return all_finite;
}

/* In strict mode, json-c 0.18 refuses every character that is not ASCII. */
static bool is_strict_json(const char *json)
{
	struct json_tokener *tokener = json_tokener_new();
	_cleanup_free_ char *ascii = strdup(json);
	struct json_object *parsed;
	bool strict;

	if (!ascii)
		fuzz_die("strdup");
	for (char *c = ascii; *c; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = 'x';
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	parsed = json_tokener_parse_ex(tokener, ascii, (int)strlen(ascii) + 1);
	strict = json_tokener_get_error(tokener) == json_tokener_success && is_finite(parsed);
	json_object_put(parsed);
	json_tokener_free(tokener);
	return strict;
}

struct json_object *fuzz_parse_json(const char *json, bool *valid)
{
	*valid = is_utf8(json) && is_strict_json(json);
	return json_tokener_parse(json);
}

void fuzz_check_json(const char *where, const char *json)
{
	bool valid;
	struct json_object *object = fuzz_parse_json(json, &valid);

	if (!valid)
		fuzz_fault(where, json);
	json_object_put(object);
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
