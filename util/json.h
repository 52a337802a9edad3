/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

/*
 * Build and print JSON as cxl-cli does: with an indentation of two spaces and no space after a
 * colon. Sizes and addresses are integers, or with @human text ("512.00 MiB (536.87 MB)",
 * "0xf010000000").
 *
 * The object that a function adds to owns the added value. When memory runs out, the functions end
 * the program with a message (util/memory.h).
 */

/** json_new_object() and json_new_array() - as those of json-c, but never NULL */
struct json_object *json_new_object(void);
struct json_object *json_new_array(void);

/** json_add() - add @value under @key; @object then owns @value */
void json_add(struct json_object *object, const char *key, struct json_object *value);

/** json_length() - return the number of elements of an array; 0 for any other value and for NULL */
size_t json_length(struct json_object *array);

/** json_append() - append @value to @array, which then owns @value */
void json_append(struct json_object *array, struct json_object *value);

/**
 * json_valid_text() - copy @text, with U+FFFD for each byte that is not part of valid UTF-8
 *
 * Return: a new string that the caller frees.
 */
char *json_valid_text(const char *text);

/**
 * json_add_string() - add @text under @key; add nothing if @text is NULL
 *
 * Names in sysfs may contain bytes that are not UTF-8. They become U+FFFD, which keeps the JSON
 * valid.
 */
void json_add_string(struct json_object *object, const char *key, const char *text);

/** json_add_bool() - add true or false under @key */
void json_add_bool(struct json_object *object, const char *key, bool value);

/** json_add_size() - add a size in bytes under @key */
void json_add_size(struct json_object *object, const char *key, uint64_t bytes, bool human);

/** json_add_address() - add a physical address under @key */
void json_add_address(struct json_object *object, const char *key, uint64_t address, bool human);

/** json_add_number() - add an integer under @key */
void json_add_number(struct json_object *object, const char *key, uint64_t value);

/*
 * The version of the format of all printed JSON. Each printed object, alone or in an array, begins
 * with it, as "format_version". cxl-attach(1) says what may change within a version.
 */
#define JSON_FORMAT_VERSION 1

/**
 * json_version() - put the version into an object, or into each element of an array
 * @value: released
 *
 * Return: the value with its version, which the caller owns.
 */
struct json_object *json_version(struct json_object *value);

/** json_flush() - flush stdout; 0, or a negative errno if stdout did not take all printed text */
int json_flush(void);

/**
 * json_print() - print @value to stdout, with lines and indentation, and release it
 *
 * Return: as json_end().
 */
int json_print(struct json_object *value);

/** json_print_foreign() - as json_print(), for a format of another program: without a version */
int json_print_foreign(struct json_object *value);

/**
 * json_print_line() - print @value to stdout as one line, at once, and release it
 *
 * Return: as json_end().
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
	bool lines; /* print each element as a line, without an array around them */
	bool begun;
};

/** json_item() - print one more element, and release it */
void json_item(struct json_stream *stream, struct json_object *value);

/**
 * json_end() - end the array
 *
 * Return: 0, or a negative errno if stdout did not take all of it (a full disk, a closed pipe).
 */
int json_end(struct json_stream *stream);

#endif
