// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/size.h"

#define REPLACEMENT_CHARACTER "\xef\xbf\xbd"

struct json_object *json_new_object(void)
{
	return memory_check(json_object_new_object());
}

struct json_object *json_new_array(void)
{
	return memory_check(json_object_new_array());
}

void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value) < 0)
		memory_check(NULL);
}

size_t json_length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

void json_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value) < 0)
		memory_check(NULL);
}

/*
 * Return the number of bytes of the character at @text, or 0 if it is invalid: an overlong form, a
 * surrogate, or a code point above U+10FFFF (RFC 3629).
 */
static size_t character(const unsigned char *text)
{
	size_t length = text[0] < 0x80			     ? 1
			: text[0] >= 0xc2 && text[0] <= 0xdf ? 2
			: (text[0] & 0xf0) == 0xe0	     ? 3
			: text[0] >= 0xf0 && text[0] <= 0xf4 ? 4
							     : 0;

	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

char *json_valid_text(const char *text)
{
	char *result = memory_check(malloc(strlen(text) * strlen(REPLACEMENT_CHARACTER) + 1));
	char *out = result;

	while (*text) {
		size_t length = character((const unsigned char *)text);

		out = length > 0 ? mempcpy(out, text, length) : stpcpy(out, REPLACEMENT_CHARACTER);
		text += length > 0 ? length : 1;
	}
	*out = '\0';
	return result;
}

static bool is_ascii(const char *text)
{
	while ((signed char)*text > 0)
		text++;
	return *text == 0;
}

void json_add_string(struct json_object *object, const char *key, const char *text)
{
	_cleanup_free_ char *valid = NULL;

	if (!text)
		return;
	if (is_ascii(text)) {
		json_add(object, key, memory_check(json_object_new_string(text)));
		return;
	}
	valid = json_valid_text(text);
	json_add(object, key, memory_check(json_object_new_string(valid)));
}

void json_add_bool(struct json_object *object, const char *key, bool value)
{
	json_add(object, key, memory_check(json_object_new_boolean(value)));
}

void json_add_number(struct json_object *object, const char *key, uint64_t value)
{
	json_add(object, key, memory_check(json_object_new_uint64(value)));
}

void json_add_size(struct json_object *object, const char *key, uint64_t bytes, bool human)
{
	_cleanup_free_ char *text = NULL;

	if (!human) {
		json_add_number(object, key, bytes);
		return;
	}
	text = size_text(bytes, SIZE_CXL_CLI);
	json_add_string(object, key, text);
}

void json_add_address(struct json_object *object, const char *key, uint64_t address, bool human)
{
	char text[20];

	if (!human) {
		json_add_number(object, key, address);
		return;
	}
	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	json_add_string(object, key, text);
}

static const char *to_text(struct json_object *value, int flags)
{
	return memory_check((void *)json_object_to_json_string_ext(
		value, flags | JSON_C_TO_STRING_NOSLASHESCAPE));
}

int json_flush(void)
{
	return fflush(stdout) == EOF || ferror(stdout) ? -(errno ?: EIO) : 0;
}

/* Copy the object, because json-c adds only at the end, and a reader needs the version first. */
static struct json_object *add_version(struct json_object *value)
{
	struct json_object_iterator at = json_object_iter_begin(value);
	struct json_object_iterator end = json_object_iter_end(value);
	struct json_object *result = json_new_object();

	json_add_number(result, "format_version", JSON_FORMAT_VERSION);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		json_add(result, json_object_iter_peek_name(&at),
			 json_object_get(json_object_iter_peek_value(&at)));
	json_object_put(value);
	return result;
}

struct json_object *json_version(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_array))
		return add_version(value);
	for (size_t i = 0; i < json_length(value); i++) {
		struct json_object *element = json_object_array_get_idx(value, i);

		json_object_array_put_idx(value, i, add_version(json_object_get(element)));
	}
	return value;
}

int json_print(struct json_object *value)
{
	return json_print_foreign(add_version(value));
}

int json_print_foreign(struct json_object *value)
{
	puts(to_text(value, JSON_C_TO_STRING_PRETTY));
	json_object_put(value);
	return json_flush();
}

static void print_line(struct json_object *value)
{
	value = add_version(value);
	puts(to_text(value, JSON_C_TO_STRING_PLAIN));
	json_object_put(value);
}

int json_print_line(struct json_object *value)
{
	print_line(value);
	return json_flush();
}

/* Every newline here is layout: JSON escapes the newlines in its strings. */
static void print_indented(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		printf("  %.*s", (int)length, text);
		text += length;
		if (*text)
			putchar(*text++);
	}
}

void json_item(struct json_stream *stream, struct json_object *value)
{
	if (stream->lines) {
		print_line(value);
		return;
	}
	value = add_version(value);
	fputs(stream->begun ? ",\n" : "[\n", stdout);
	stream->begun = true;
	print_indented(to_text(value, JSON_C_TO_STRING_PRETTY));
	json_object_put(value);
}

int json_end(struct json_stream *stream)
{
	if (!stream->lines)
		puts(stream->begun ? "\n]" : "[]");
	return json_flush();
}
