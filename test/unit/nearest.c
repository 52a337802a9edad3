// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "attach/reason/filter.h"
#include "util/nearest.h"

static const char *const words[] = {"list-attach",   "list-locked", "detach-memdev",
				    "attach-memdev", "list",	    "to"};

static const char *meant(const char *typed)
{
	return nearest(typed, words, sizeof(words) / sizeof(*words));
}

static void each_kind_of_mistake(void **state)
{
	(void)state;
	assert_string_equal(meant("list-atach"), "list-attach");   /* a letter left out */
	assert_string_equal(meant("list-attachh"), "list-attach"); /* a letter added */
	assert_string_equal(meant("list-attacj"), "list-attach");  /* a letter replaced */
	assert_string_equal(meant("lits-attach"), "list-attach");  /* two letters swapped */
	assert_string_equal(meant("ilst"), "list");
	assert_string_equal(meant("list"), "list");
}

static void the_one_with_the_fewest(void **state)
{
	(void)state;
	assert_string_equal(meant("etach-memdev"),
			    "detach-memdev"); /* the first of two words with one mistake */
	assert_string_equal(meant("ttach-memdev"), "attach-memdev");
	assert_string_equal(meant("list-loked"), "list-locked");
}

static void what_is_not_near(void **state)
{
	char long_word[200] = {0};

	(void)state;
	assert_null(meant(""));
	assert_null(meant("frobnicate"));
	assert_null(meant("list-attached-memory")); /* more than three mistakes */
	assert_null(meant("lits-atatch-x-y"));
	assert_null(meant("xy"));    /* every letter is wrong */
	assert_null(meant("lsti-")); /* two mistakes in a short word */
	for (size_t i = 0; i + 1 < sizeof(long_word); i++)
		long_word[i] = 'l';
	assert_null(meant(long_word));
}

static void hosts_are_named_as_lspci_does(void **state)
{
	static const char *const names[] = {"0000:31:00.0", "31:00.0", "0:31:0.0", "31:00",
					    "0000:31:00"};
	static const char *const others[] = {
		"",	   "31",	"31:",	    ":31:00.0",	   "31:00.1",	  "0001:31:00.0",
		"31:00.",  "31:00.0.0", "0x31:0.0", " 31:00.0",	   "31:00.0 ",	  "30:31:00.0",
		"31:01.0", "-31:00.0",	"131:00.0", "0:0:31:00.0", "31:00.00000", "31:00.0x"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(filter_is_host(names[i], "0000:31:00.0"));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(filter_is_host(others[i], "0000:31:00.0"));
	assert_true(filter_is_host("10000:01:00.0", "10000:01:00.0"));
	assert_true(filter_is_host("1:0.0", "10000:01:00.0"));
	assert_true(filter_is_host("cxl_type2_accel.0", "cxl_type2_accel.0"));
	assert_false(filter_is_host("accel.0", "cxl_type2_accel.0"));
	assert_false(filter_is_host("31:00.0", "31:00.0x"));
	assert_false(filter_is_host("31:00.0", NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_mistake),
		cmocka_unit_test(the_one_with_the_fewest),
		cmocka_unit_test(what_is_not_near),
		cmocka_unit_test(hosts_are_named_as_lspci_does),
	};

	return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
