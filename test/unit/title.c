// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exercise/report/title.h"
#include "util/cleanup.h"

static const struct {
	const char *kind, *signature, *detail, *title;
} findings[] = {
	{"splat", "kasan cxl_add_ep < cxl_mem_probe",
	 "BUG: KASAN: slab-use-after-free in cxl_add_ep+0x1/0x2 [cxl_core]\nRead of size 8 at addr "
	 "0",
	 "KASAN: slab-use-after-free Read in cxl_add_ep"},
	{"splat", "kasan f", "BUG: KASAN: use-after-free in f+0x1/0x2\nWrite of size 4 at addr 0",
	 "KASAN: use-after-free Write in f"},
	{"splat", "kcsan f", "BUG: KCSAN: data-race in f / g\n", "KCSAN: data-race in f"},
	{"splat", "ubsan f", "UBSAN: array-index-out-of-bounds in drivers/cxl/mem.c:7:9\nindex 9",
	 "UBSAN: array-index-out-of-bounds in f"},
	{"splat", "lockdep f",
	 "======\nWARNING: possible circular locking dependency detected\n7.3.0 Not tainted",
	 "possible deadlock in f"},
	{"splat", "oops mutex_lock < cxl_add_ep",
	 "Oops: general protection fault, probably for non-canonical address 0x6b6b6b6b6b6b6bfb",
	 "general protection fault in mutex_lock"},
	{"splat", "bug f", "BUG: kernel NULL pointer dereference, address: 0000000000000010",
	 "BUG: unable to handle kernel NULL pointer dereference in f"},
	{"splat", "bug f", "BUG: unable to handle page fault for address: ff1852b1c066bed8",
	 "BUG: unable to handle kernel paging request in f"},
	{"splat", "warning f", "WARNING: test/cxl.c:1180 at f+0x7a0/0x900 [cxl_test]",
	 "WARNING in f"},
	{"splat", "hung-task f", "INFO: task cxl:812 blocked for more than 30 seconds.",
	 "INFO: task hung in f"},
	{"splat", "oops somewhere", "Oops: Oops: 0002 [#1]", "Oops"},
	{"splat", "new f", "something that no kernel says today", "cxl: new f"},
	{"splat", "new f", NULL, "cxl: new f"},
	{"quiet", "quiet nothing-left", "WARNING: in a detail", "cxl: quiet nothing-left"},
	{NULL, "", NULL, "cxl: "},
};

static void findings_have_the_names_that_others_give_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(findings) / sizeof(*findings); i++) {
		_cleanup_free_ char *title =
			finding_title(findings[i].kind, findings[i].signature, findings[i].detail);

		assert_string_equal(title, findings[i].title);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_have_the_names_that_others_give_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
