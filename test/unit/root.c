// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/root.h"

/* The machine is in "machine". A file beside it must not be reachable from it. */
static char top[] = "/tmp/test-root-XXXXXX";
static struct root machine;

static void put(int directory, const char *name, const char *text)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int make_machine(void **state)
{
	int directory;

	(void)state;
	if (!mkdtemp(top) || chdir(top) < 0)
		return -1;
	put(AT_FDCWD, "outside", "outside\n");
	if (mkdir("machine", 0700) < 0 || mkdir("machine/sys", 0700) < 0 ||
	    root_open(&machine, "machine") < 0)
		return -1;
	directory = open("machine/sys", O_PATH);
	put(directory, "flag", "1\n");
	if (symlinkat("/sys/flag", directory, "absolute") < 0 ||
	    symlinkat("../../../../sys/flag", directory, "above") < 0 ||
	    symlinkat("../../outside", directory, "escape") < 0)
		return -1;
	return close(directory);
}

static int remove_machine(void **state)
{
	static const char *const names[] = {
		"machine/sys/flag",  "machine/sys/absolute",
		"machine/sys/above", "machine/sys/escape",
		"outside",
	};

	(void)state;
	root_close(&machine);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(names[i]);
	rmdir("machine/sys");
	rmdir("machine");
	return rmdir(top);
}

static void reads_what_is_below_it(void **state)
{
	char buf[16];

	(void)state;
	assert_int_equal(root_read(machine, "/sys/flag", buf, sizeof(buf)), 1);
	assert_string_equal(buf, "1");
	assert_int_equal(root_read_flag(machine, "/sys/flag"), 1);
	assert_true(root_exists(machine, "/sys/flag"));
	assert_false(root_exists(machine, "/proc"));
	assert_int_equal(root_read(machine, "/sys/none", buf, sizeof(buf)), -ENOENT);
}

static void links_stay_within(void **state)
{
	char buf[16];

	(void)state;
	assert_int_equal(root_read_flag(machine, "/sys/absolute"), 1);
	assert_int_equal(root_read_flag(machine, "/sys/above"), 1);
	assert_int_equal(root_read_flag(machine, "/../../../sys/flag"), 1);
	assert_int_equal(root_read(machine, "/sys/escape", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(root_read(machine, "/../outside", buf, sizeof(buf)), -ENOENT);
	assert_true(root_exists(machine, "/sys/escape"));
}

static void names_what_a_link_points_at(void **state)
{
	_cleanup_free_ char *name = root_link_name(machine, "/sys/absolute");

	(void)state;
	assert_string_equal(name, "flag");
	assert_null(root_link_name(machine, "/sys/none"));
	assert_int_equal(errno, ENOENT);
}

static void opens_directories_and_files(void **state)
{
	DIR *directory = root_opendir(machine, "/sys");
	FILE *file = root_fopen(machine, "/sys/absolute");

	(void)state;
	assert_non_null(directory);
	assert_non_null(file);
	assert_int_equal(fgetc(file), '1');
	closedir(directory);
	fclose(file);
	assert_null(root_opendir(machine, "/proc"));
	assert_int_equal(errno, ENOENT);
	assert_null(root_fopen(machine, "/sys/escape"));
	assert_int_equal(errno, ENOENT);
}

static void tells_libraries_a_path(void **state)
{
	_cleanup_free_ char *path = root_path(machine, "/sys/flag");
	_cleanup_free_ char *live = root_path(ROOT_LIVE, "/sys/flag");

	(void)state;
	assert_int_equal(access(path, F_OK), 0);
	assert_string_equal(root_relative(machine, path), "/sys/flag");
	assert_string_equal(live, "/sys/flag");
	assert_string_equal(root_relative(ROOT_LIVE, live), "/sys/flag");
}

static void without_one_it_is_the_running_machine(void **state)
{
	char ours[65], theirs[65];
	FILE *file = root_fopen(ROOT_LIVE, "/proc/sys/kernel/osrelease");

	(void)state;
	assert_non_null(file);
	assert_non_null(fgets(theirs, sizeof(theirs), file));
	fclose(file);
	assert_true(root_read(ROOT_LIVE, "/proc/sys/kernel/osrelease", ours, sizeof(ours)) > 0);
	assert_memory_equal(ours, theirs, strlen(ours));
	assert_true(root_exists(ROOT_LIVE, "/proc"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_below_it),
		cmocka_unit_test(links_stay_within),
		cmocka_unit_test(names_what_a_link_points_at),
		cmocka_unit_test(opens_directories_and_files),
		cmocka_unit_test(tells_libraries_a_path),
		cmocka_unit_test(without_one_it_is_the_running_machine),
	};

	return cmocka_run_group_tests_name("root", tests, make_machine, remove_machine);
}
