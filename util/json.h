/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

/*
 * Building and printing JSON as cxl-cli does: two spaces, no space after a colon, sizes and
 * addresses as integers, or with @human as text ("512.00 MiB (536.87 MB)", "0xf010000000").
 *
 * The object that a function adds to owns what is added. When memory runs out, the functions end
 * the program with a message (util/memory.h).
 */

/** json_new_object() and json_new_array() - like json-c's, but never NULL */
struct json_object *json_new_object(void);
struct json_object *json_new_array(void);

/** json_add() - @value, which @object then owns, under @key */
void json_add(struct json_object *object, const char *key, struct json_object *value);

/** json_length() - how many elements an array has; 0 for anything else, and for NULL */
size_t json_length(struct json_object *array);

/** json_append() - @value, which @array then owns, at its end */
void json_append(struct json_object *array, struct json_object *value);

/** json_valid_text() - @text with U+FFFD for each byte that is not part of UTF-8; the caller frees
 * it */
char *json_valid_text(const char *text);

/**
 * json_add_string() - @text under @key; nothing at all if @text is NULL
 *
 * Bytes that are not UTF-8, which names in sysfs may contain, become U+FFFD: the JSON stays valid.
 */
void json_add_string(struct json_object *object, const char *key, const char *text);

/** json_add_bool() - true or false under @key */
void json_add_bool(struct json_object *object, const char *key, bool value);

/** json_add_size() - a size in bytes under @key */
void json_add_size(struct json_object *object, const char *key, uint64_t bytes, bool human);

/** json_add_address() - a physical address under @key */
void json_add_address(struct json_object *object, const char *key, uint64_t address, bool human);

/** json_add_number() - an integer under @key */
void json_add_number(struct json_object *object, const char *key, uint64_t value);

/*
 * The version of the format of all that is printed: each object that is printed, alone or in an
 * array, has it first, as "format_version". cxl-attach(1) says what may change within a version.
 */
#define JSON_FORMAT_VERSION 1

/**
 * json_version() - the same with its version, of an array, each of its elements with it
 * @value: released
 */
struct json_object *json_version(struct json_object *value);

/** json_flush() - 0, or a negative errno if stdout did not take all that was printed */
int json_flush(void);

/** json_print() - print @value to stdout, with lines and indentation, and release it; as json_end()
 */
int json_print(struct json_object *value);

/** json_print_foreign() - the same in a format that is not ours: without a version */
int json_print_foreign(struct json_object *value);

/** json_print_line() - print @value to stdout as one line, at once, and release it; as json_end()
 */
int json_print_line(struct json_object *value);

/*
 * An array of any length, or lines of JSON, printed to stdout element by element, so that it need
 * not be in memory:
 *
 *	struct json_stream stream = {0};
 *	json_item(&stream, one);
 *	json_item(&stream, other);
 *	rc = json_end(&stream);
 */
struct json_stream {
	bool lines; /* each element is a line, and there is no array */
	bool begun;
};

/** json_item() - print one more element, and release it */
void json_item(struct json_stream *stream, struct json_object *value);

/**
 * json_end() - end the array
 *
 * Return: 0, or a negative errno if stdout did not take it all (a full disk, a closed pipe).
 */
int json_end(struct json_stream *stream);

#endif
