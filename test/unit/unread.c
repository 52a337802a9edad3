// SPDX-License-Identifier: GPL-2.0-only
/*
 * What could not be read is recorded if too many files are open, and not if the file does not exist
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/entries.h"
#include "util/root.h"
#include "util/sysfs.h"
#include "util/unread.h"

/* Forbid to open more files, or allow it again */
static void limit_files(bool on)
{
	static struct rlimit before;
	struct rlimit none;

	if (!on) {
		setrlimit(RLIMIT_NOFILE, &before);
		return;
	}
	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
}

static void test_missing(void **state)
{
	char buf[16];

	(void)state;
	assert_int_equal(sysfs_read(AT_FDCWD, "/proc/nothing", buf, sizeof(buf)), -ENOENT);
	assert_true(sysfs_is_absent(AT_FDCWD, "/proc/nothing"));
	assert_false(sysfs_is_absent(AT_FDCWD, "/proc/self"));
	assert_null(root_fopen(ROOT_LIVE, "/proc/nothing"));
	assert_false(unread_any());
	assert_int_equal(unread_error(), 0);
	assert_null(unread_text());
}

static void test_too_many_files(void **state)
{
	char buf[16], *text;
	size_t count;

	(void)state;
	limit_files(true);
	assert_int_equal(sysfs_read(AT_FDCWD, "/proc/version", buf, sizeof(buf)), -EMFILE);
	assert_null(entries_list("/proc", &count));
	limit_files(false);
	assert_int_equal(unread_error(), -EMFILE);
	text = unread_text();
	assert_string_equal(text, "/proc/version: Too many open files");
	free(text);
	unread_forget();
	assert_false(unread_any());
}

static void test_directory(void **state)
{
	size_t count;

	(void)state;
	limit_files(true);
	assert_null(entries_list("/proc", &count));
	assert_int_equal(count, 0);
	limit_files(false);
	assert_int_equal(unread_error(), -EMFILE);
	unread_forget();
	assert_null(entries_list("/proc/nothing", &count));
	assert_false(unread_any());
}

/* The path of the open directory precedes that of the file. */
static void test_relative(void **state)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *text;

	(void)state;
	assert_int_equal(unread_note(proc, "version", -EACCES), -EACCES);
	assert_false(unread_any());
	assert_int_equal(unread_note(proc, "version", -EIO), -EIO);
	text = unread_text();
	assert_string_equal(text, "/proc/version: Input/output error");
	free(text);
	unread_forget();
	close(proc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_too_many_files),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_relative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
