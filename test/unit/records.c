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

#include "util/json.h"
#include "util/records.h"

static char top[] = "/tmp/test-records-XXXXXX";
static char shared[64],
	own[64]; /* a directory in which every user can create files, and another one */

static int make_directories(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	snprintf(shared, sizeof(shared), "%s/shared", top);
	snprintf(own, sizeof(own), "%s/own", top);
	return mkdir(own, 0755) < 0 || mkdir(shared, 0700) < 0 ? -1 : chmod(shared, 01777);
}

static int remove_directories(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

static const char *in(const char *directory, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static off_t size_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_size;
}

static void opens_and_continues(void **state)
{
	const char *const directories[] = {own, shared};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *path = in(directories[i], "log");
		int fd = records_open(path);

		assert_true(fd >= 0);
		assert_int_equal(records_add(fd, json_new_object()), 0);
		close(fd);
		fd = records_open(path);
		assert_true(fd >= 0);
		assert_int_equal(records_add(fd, json_new_object()), 0);
		close(fd);
		assert_int_equal(size_of(path), 6);
	}
}

static void follows_no_link(void **state)
{
	char target[128];

	(void)state;
	strcpy(target, in(own, "target"));
	put(target, "x\n");
	assert_int_equal(symlink(target, in(shared, "link")), 0);
	assert_int_equal(records_open(in(shared, "link")), -ELOOP);
	/* Not even one of this user's own files under another name */
	assert_int_equal(link(target, in(shared, "hard")), 0);
	assert_int_equal(records_open(in(shared, "hard")), -EPERM);
	assert_int_equal(size_of(target), 2);
}

static void writes_to_no_pipe(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(in(shared, "fifo"), 0666), 0);
	assert_int_equal(records_open(in(shared, "fifo")), -EPERM);
}

static void writes_to_nobody_elses_file(void **state)
{
	(void)state;
	put(in(shared, "others"), "x");
	put(in(own, "others"), "x\n");
	if (chown(in(shared, "others"), 65534, 65534) < 0 ||
	    chown(in(own, "others"), 65534, 65534) < 0) {
		print_message("# SKIP cannot give a file away: %s\n", strerror(errno));
		skip();
	}
	assert_true(records_open(in(shared, "others")) < 0);
	assert_int_equal(size_of(in(shared, "others")), 1);
	/* A directory that others cannot write to may contain such a file. */
	assert_true(records_open(in(own, "others")) >= 0);
}

static void creates_new_files(void **state)
{
	char one[128], other[128];
	struct stat status;

	(void)state;
	strcpy(one, in(shared, "new-XXXXXX"));
	strcpy(other, one);
	assert_true(records_open_new(one) >= 0);
	assert_true(records_open_new(other) >= 0);
	assert_string_not_equal(one, other);
	assert_int_equal(stat(one, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	strcpy(one, "/nowhere/new-XXXXXX");
	assert_int_equal(records_open_new(one), -ENOENT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_and_continues),
		cmocka_unit_test(follows_no_link),
		cmocka_unit_test(writes_to_no_pipe),
		cmocka_unit_test(writes_to_nobody_elses_file),
		cmocka_unit_test(creates_new_files),
	};

	return cmocka_run_group_tests_name("records", tests, make_directories, remove_directories);
}
