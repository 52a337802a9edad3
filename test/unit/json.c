// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/json.h"

/* Compare the text under "key" in @object, and release the object */
static void assert_text(struct json_object *object, const char *expected)
{
	struct json_object *value = json_object_object_get(object, "key");

	assert_string_equal(json_object_get_string(value), expected);
	json_object_put(object);
}

static void sizes_are_integers_unless_human(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *human;
	} cases[] = {
		{0, "0"},
		{999, "999"},
		{1023, "1023"},
		{1024, "1.00 KiB (1.02 kB)"},
		{536870912, "512.00 MiB (536.87 MB)"},
		{UINT64_C(1) << 40, "1.00 TiB (1.10 TB)"},
		{UINT64_MAX, "16.00 EiB (18.45 EB)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct json_object *object = json_new_object();

		json_add_size(object, "key", cases[i].bytes, true);
		assert_text(object, cases[i].human);
		object = json_new_object();
		json_add_size(object, "key", cases[i].bytes, false);
		assert_true(json_object_get_uint64(json_object_object_get(object, "key")) ==
			    cases[i].bytes);
		json_object_put(object);
	}
}

static void addresses_are_integers_unless_human(void **state)
{
	struct json_object *object = json_new_object();

	(void)state;
	json_add_address(object, "key", 0xf010000000, false);
	assert_text(object, "1031060586496");
	object = json_new_object();
	json_add_address(object, "key", 0xf010000000, true);
	assert_text(object, "0xf010000000");
}

static void strings_stay_valid_utf8(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"", ""},
		{"mem0", "mem0"},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"\xff", "\xef\xbf\xbd"},
		{"a\xff\xfe"
		 "b",
		 "a\xef\xbf\xbd\xef\xbf\xbd"
		 "b"},
		{"cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd"},
		{"\"\n\\", "\"\n\\"},
		{"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
		/* Above U+10FFFF, an overlong form, and a surrogate */
		{"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct json_object *object = json_new_object();

		json_add_string(object, "key", cases[i].text);
		assert_text(object, cases[i].expected);
	}
}

static void no_string_is_no_key(void **state)
{
	struct json_object *object = json_new_object();

	(void)state;
	json_add_string(object, "key", NULL);
	assert_int_equal(json_object_object_length(object), 0);
	json_object_put(object);
}

/* The output of a stream of @count objects */
static char *printed_stream(int count)
{
	struct json_stream stream = {0};
	char *text = calloc(1, 1000);
	FILE *saved = stdout, *output = fmemopen(text, 999, "w");

	assert_non_null(output);
	stdout = output;
	for (int i = 0; i < count; i++) {
		struct json_object *object = json_new_object(), *array = json_new_array();

		json_add_number(object, "n", (uint64_t)i);
		json_append(array, json_new_object());
		json_add(object, "a", array);
		json_add_string(object, "s", "x\n  y");
		json_item(&stream, object);
	}
	assert_int_equal(json_end(&stream), 0);
	stdout = saved;
	fclose(output);
	return text;
}

/* The output equals json-c's output of the whole array. */
static void streams_print_as_arrays(void **state)
{
	(void)state;
	for (int count = 0; count < 3; count++) {
		char *text = printed_stream(count);
		struct json_object *array = json_tokener_parse(text);
		const char *whole = json_object_to_json_string_ext(array, JSON_C_TO_STRING_PRETTY);

		assert_int_equal(json_object_array_length(array), count);
		assert_int_equal(text[strlen(text) - 1], '\n');
		text[strlen(text) - 1] = '\0';
		if (count > 0)
			assert_string_equal(text, whole);
		json_object_put(array);
		free(text);
	}
}

static void a_full_disk_is_an_error(void **state)
{
	FILE *saved = stdout, *full = fopen("/dev/full", "w");
	struct json_stream stream = {0};
	int line, end;

	(void)state;
	assert_non_null(full);
	stdout = full;
	line = json_print_line(json_new_object());
	json_item(&stream, json_new_object());
	end = json_end(&stream);
	stdout = saved;
	fclose(full);
	assert_int_equal(line, -ENOSPC);
	assert_int_equal(end, -ENOSPC);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_integers_unless_human),
		cmocka_unit_test(addresses_are_integers_unless_human),
		cmocka_unit_test(strings_stay_valid_utf8),
		cmocka_unit_test(no_string_is_no_key),
		cmocka_unit_test(streams_print_as_arrays),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
