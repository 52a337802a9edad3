// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/size.h"
#include "util/text.h"

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

/* Names that strverscmp(3) sorts in the same order */
static const char *const names[] = {
	"",
	"mem",
	"mem0",
	"mem1",
	"mem2",
	"mem10",
	"mem11",
	"mem100",
	"mem1a",
	"mem1.2",
	"mem1.10",
	"mem10.1",
	"decoder1.0",
	"decoder1.10",
	"decoder10.0",
	"decoder2.9",
	"port1",
	"port10",
	"region0",
	"region4294967295",
	"endpoint3",
	"endpoint12",
	"root0",
	"ACPI.CXL",
	"0000:0d:00.0",
	"0000:10:00.0",
	"0000:10:00.1",
	"a",
	"A",
	"\xc3\xa9",
};

static void orders_names_by_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++)
			assert_int_equal(sign(text_order(names[i], names[j])),
					 sign(strverscmp(names[i], names[j])));
	}
}

static void orders_leading_zeros_somehow(void **state)
{
	(void)state;
	assert_int_equal(sign(text_order("mem01", "mem1")), -sign(text_order("mem1", "mem01")));
	assert_int_not_equal(text_order("mem01", "mem1"), 0);
	assert_int_equal(text_order("mem01", "mem01"), 0);
}

static void tells_texts_and_none_apart(void **state)
{
	(void)state;
	assert_true(streq("mem0", "mem0"));
	assert_true(streq(NULL, NULL));
	assert_false(streq("mem0", NULL));
	assert_false(streq(NULL, ""));
	assert_false(streq("mem0", "mem1"));
}

static void sizes_have_a_style(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *letter, *unit, *cxl_cli;
	} cases[] = {
		{0, "0B", "0 bytes", "0"},
		{1023, "1023B", "1023 bytes", "1023"},
		{1024, "1K", "1 KiB", "1.00 KiB (1.02 kB)"},
		{1536, "1.5K", "1.5 KiB", "1.50 KiB (1.54 kB)"},
		{536870912, "512M", "512 MiB", "512.00 MiB (536.87 MB)"},
		{UINT64_C(1) << 60, "1E", "1 EiB", "1.00 EiB (1.15 EB)"},
		{UINT64_MAX, "16E", "16 EiB", "16.00 EiB (18.45 EB)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		_cleanup_free_ char *letter = size_text(cases[i].bytes, SIZE_LETTER);
		_cleanup_free_ char *unit = size_text(cases[i].bytes, SIZE_UNIT);
		_cleanup_free_ char *cxl_cli = size_text(cases[i].bytes, SIZE_CXL_CLI);

		assert_string_equal(letter, cases[i].letter);
		assert_string_equal(unit, cases[i].unit);
		assert_string_equal(cxl_cli, cases[i].cxl_cli);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_names_by_number),
		cmocka_unit_test(orders_leading_zeros_somehow),
		cmocka_unit_test(tells_texts_and_none_apart),
		cmocka_unit_test(sizes_have_a_style),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
