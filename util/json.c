// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <iconv.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/json.h"

#define REPLACEMENT_CHARACTER "\xef\xbf\xbd"

static void out_of_memory(void)
{
	fputs("cxl: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

static struct json_object *not_null(struct json_object *object)
{
	if (!object)
		out_of_memory();
	return object;
}

struct json_object *json_new_object(void)
{
	return not_null(json_object_new_object());
}

struct json_object *json_new_array(void)
{
	return not_null(json_object_new_array());
}

void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value) < 0)
		out_of_memory();
}

void json_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value) < 0)
		out_of_memory();
}

/* A new string: @text with every byte that is no part of UTF-8 replaced; NULL without memory */
static char *valid_utf8(const char *text)
{
	size_t in_left = strlen(text);
	size_t out_left = in_left * strlen(REPLACEMENT_CHARACTER);
	char *in = (char *)text;
	char *result = calloc(1, out_left + 1);
	char *out = result;
	iconv_t same;

	if (!result)
		return NULL;
	same = iconv_open("UTF-8", "UTF-8");
	if (same == (iconv_t)-1) {
		free(result);
		return NULL;
	}
	while (iconv(same, &in, &in_left, &out, &out_left) == (size_t)-1 && in_left > 0) {
		out = stpcpy(out, REPLACEMENT_CHARACTER);
		out_left -= strlen(REPLACEMENT_CHARACTER);
		in++;
		in_left--;
	}
	iconv_close(same);
	return result;
}

void json_add_string(struct json_object *object, const char *key, const char *text)
{
	_cleanup_free_ char *valid = NULL;

	if (!text)
		return;
	valid = valid_utf8(text);
	if (!valid)
		out_of_memory();
	json_add(object, key, not_null(json_object_new_string(valid)));
}

void json_add_bool(struct json_object *object, const char *key, bool value)
{
	json_add(object, key, not_null(json_object_new_boolean(value)));
}

/* The largest unit that leaves at least 1: "512.00 MiB" */
static void format_size(char *buf, size_t size, uint64_t bytes, unsigned int base,
			const char *const *units)
{
	double value = (double)bytes;

	while (value >= base && units[1]) {
		value /= base;
		units++;
	}
	snprintf(buf, size, "%.2f %s", value, *units);
}

void json_add_size(struct json_object *object, const char *key, uint64_t bytes, bool human)
{
	static const char *const binary[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", NULL};
	static const char *const decimal[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB", NULL};
	char with_1024[32], with_1000[32], text[80];

	if (!human) {
		json_add(object, key, not_null(json_object_new_uint64(bytes)));
		return;
	}
	format_size(with_1024, sizeof(with_1024), bytes, 1024, binary);
	format_size(with_1000, sizeof(with_1000), bytes, 1000, decimal);
	if (bytes < 1024)
		snprintf(text, sizeof(text), "%" PRIu64, bytes);
	else
		snprintf(text, sizeof(text), "%s (%s)", with_1024, with_1000);
	json_add_string(object, key, text);
}

void json_add_address(struct json_object *object, const char *key, uint64_t address, bool human)
{
	char text[20];

	if (!human) {
		json_add(object, key, not_null(json_object_new_uint64(address)));
		return;
	}
	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	json_add_string(object, key, text);
}

int json_print(struct json_object *value)
{
	const char *text = json_object_to_json_string_ext(
		value, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	int rc = 0;

	if (!text)
		out_of_memory();
	if (puts(text) == EOF || fflush(stdout) == EOF)
		rc = -errno;
	json_object_put(value);
	return rc;
}
