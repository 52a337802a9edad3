// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/sysfs-files.h"
#include "util/sysfs.h"

static int directory = -1;
static char path[] = "/tmp/test-sysfs-XXXXXX";

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(path))
		return -1;
	directory = open(path, O_DIRECTORY);
	return directory < 0 ? -1 : 0;
}

static int remove_directory(void **state)
{
	static const char *const names[] = {"attr", "link"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlinkat(directory, names[i], 0);
	unlinkat(directory, "dir", AT_REMOVEDIR);
	close(directory);
	return rmdir(path);
}

static void put(const char *text, size_t length)
{
	int fd = openat(directory, "attr", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), length);
	close(fd);
}

static void reads_text_without_last_newline(void **state)
{
	char buf[16];

	(void)state;
	put("mem0\n", 5);
	assert_int_equal(sysfs_read(directory, "attr", buf, sizeof(buf)), 4);
	assert_string_equal(buf, "mem0");
	put("a\n\n", 3);
	assert_int_equal(sysfs_read(directory, "attr", buf, sizeof(buf)), 2);
	assert_string_equal(buf, "a\n");
	put("", 0);
	assert_int_equal(sysfs_read(directory, "attr", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
}

static void refuses_what_is_no_attribute(void **state)
{
	char buf[8];

	(void)state;
	assert_int_equal(sysfs_read(directory, "missing", buf, sizeof(buf)), -ENOENT);
	assert_string_equal(buf, "");
	put("12345678", 8);
	assert_int_equal(sysfs_read(directory, "attr", buf, sizeof(buf)), -EMSGSIZE);
	assert_string_equal(buf, "");
	put("12345\n", 6);
	assert_int_equal(sysfs_read(directory, "attr", buf, sizeof(buf)), 5);
	put("a\0b", 3);
	assert_int_equal(sysfs_read(directory, "attr", buf, sizeof(buf)), -EILSEQ);
	assert_int_equal(mkdirat(directory, "dir", 0700), 0);
	assert_int_equal(sysfs_read(directory, "dir", buf, sizeof(buf)), -EISDIR);
	assert_int_equal(sysfs_read(directory, "attr", buf, 0), -EINVAL);
}

static void reads_flags_and_nothing_else(void **state)
{
	static const char *const garbage[] = {"",      "\n",   "2\n",  "01\n",
					      "yes\n", "-1\n", "1 \n", "11111"};

	(void)state;
	put("0\n", 2);
	assert_int_equal(sysfs_read_flag(directory, "attr"), 0);
	put("1\n", 2);
	assert_int_equal(sysfs_read_flag(directory, "attr"), 1);
	for (size_t i = 0; i < sizeof(garbage) / sizeof(*garbage); i++) {
		put(garbage[i], strlen(garbage[i]));
		assert_int_equal(sysfs_read_flag(directory, "attr"), -EILSEQ);
	}
	assert_int_equal(sysfs_read_flag(directory, "missing"), -ENOENT);
}

static void reads_numbers_and_nothing_else(void **state)
{
	static const struct {
		const char *text;
		uint64_t expected;
	} cases[] = {
		{"0\n", 0},
		{"010\n", 10},
		{"4096\n", 4096},
		{"0xf010000000\n", 0xf010000000},
		{"0xffffffffffffffff\n", UINT64_MAX},
		{"18446744073709551616\n", UINT64_MAX},
		{"-1\n", UINT64_MAX},
		{" 1\n", UINT64_MAX},
		{"+1\n", UINT64_MAX},
		{"1 2\n", UINT64_MAX},
		{"0x\n", UINT64_MAX},
		{"\n", UINT64_MAX},
		{"", UINT64_MAX},
		{"twelve\n", UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put(cases[i].text, strlen(cases[i].text));
		assert_true(sysfs_read_number(directory, "attr") == cases[i].expected);
	}
	assert_true(sysfs_read_number(directory, "missing") == UINT64_MAX);
}

static void names_what_a_link_points_at(void **state)
{
	static const struct {
		const char *target, *name;
	} cases[] = {
		{"../../bus/platform/drivers/cxl_mock_accel", "cxl_mock_accel"},
		{"plain", "plain"},
		{"/absolute/name", "name"},
		{"../ends/in/slash/", NULL},
	};
	char *name;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(symlinkat(cases[i].target, directory, "link"), 0);
		name = sysfs_link_name(directory, "link");
		if (cases[i].name)
			assert_string_equal(name, cases[i].name);
		else
			assert_null(name);
		free(name);
		unlinkat(directory, "link", 0);
	}
	assert_null(sysfs_link_name(directory, "missing"));
	assert_int_equal(errno, ENOENT);
}

static void sees_dangling_links(void **state)
{
	(void)state;
	assert_false(sysfs_exists(directory, "link"));
	assert_int_equal(symlinkat("nowhere", directory, "link"), 0);
	assert_true(sysfs_exists(directory, "link"));
}

static int read_kept(struct sysfs_files *files, uint64_t device, char *buf)
{
	return sysfs_files_read(files, device, "attr", directory, "attr", buf, 16);
}

static void keeps_files_of_one_device(void **state)
{
	struct sysfs_files files = {0};
	char buf[16];

	(void)state;
	put("one\n", 4);
	assert_int_equal(read_kept(&files, 1, buf), 3);
	put("other\n", 6);
	assert_int_equal(read_kept(&files, 1, buf), 5);
	assert_string_equal(buf, "other");
	/* Another device with that name, and the first device's file, which is still open */
	unlinkat(directory, "attr", 0);
	put("next\n", 5);
	assert_int_equal(read_kept(&files, 2, buf), 4);
	assert_int_equal(read_kept(&files, 1, buf), 5);
	assert_true(sysfs_files_have(&files, 1));
	sysfs_files_sweep(&files);
	/* Only a file that is read at least each second time stays open. */
	sysfs_files_sweep(&files);
	assert_true(sysfs_files_have(&files, 1));
	assert_int_equal(read_kept(&files, 2, buf), 4);
	sysfs_files_sweep(&files);
	assert_false(sysfs_files_have(&files, 1));
	assert_true(sysfs_files_have(&files, 2));
	sysfs_files_release(&files);
	assert_false(sysfs_files_have(&files, 2));
}

static void keeps_so_many_files(void **state)
{
	struct sysfs_files files = {0};
	char buf[16];

	(void)state;
	put("1\n", 2);
	assert_int_equal(sysfs_files_read(&files, 1, "no", directory, "no", buf, sizeof(buf)),
			 -ENOENT);
	assert_false(sysfs_files_have(&files, 1));
	for (uint64_t device = 1; device <= 2 * SYSFS_FILES_MAX; device++)
		assert_int_equal(read_kept(&files, device, buf), 1);
	assert_int_equal(files.count, SYSFS_FILES_MAX);
	/* Without a struct sysfs_files, no file stays open */
	assert_int_equal(read_kept(NULL, 1, buf), 1);
	sysfs_files_release(&files);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_text_without_last_newline),
		cmocka_unit_test(refuses_what_is_no_attribute),
		cmocka_unit_test(reads_flags_and_nothing_else),
		cmocka_unit_test(reads_numbers_and_nothing_else),
		cmocka_unit_test(names_what_a_link_points_at),
		cmocka_unit_test(sees_dangling_links),
		cmocka_unit_test(keeps_files_of_one_device),
		cmocka_unit_test(keeps_so_many_files),
	};

	return cmocka_run_group_tests_name("sysfs", tests, make_directory, remove_directory);
}
