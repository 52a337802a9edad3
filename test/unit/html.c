// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/html.h"
#include "util/memory.h"
#include "util/replace.h"

static char directory[] = "/tmp/test-html-XXXXXX";

static char *in_directory(const char *name)
{
	return xasprintf("%s/%s", directory, name);
}

/* The file's text, which the caller frees; NULL: it is not there */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &size, '\0', file) < 0)
		text = memory_check(strdup(""));
	fclose(file);
	return text;
}

static size_t count_files(void)
{
	_cleanup_free_ char *command = xasprintf("ls -A %s | wc -l", directory);
	FILE *list = popen(command, "re");
	size_t count = SIZE_MAX;

	assert_non_null(list);
	assert_int_equal(fscanf(list, "%zu", &count), 1);
	pclose(list);
	return count;
}

static void texts_are_escaped_and_markup_is_not(void **state)
{
	_cleanup_free_ char *path = in_directory("page"), *text = NULL;
	static const struct html_column columns[] = {
		{"<i>", false},
		{NULL, false},
	};
	const char *volatile none = NULL;
	struct html page;

	(void)state;
	html_begin(&page, "a<b");
	html_add(&page, "<p title=\"%s\">%zu%% %.3f %s</p>", "\"", (size_t)7, 0.5, none);
	html_table(&page, "&", columns);
	html_table_end(&page);
	html_result(&page, "failed", "it <failed>");
	assert_int_equal(html_write(&page, path), 0);
	html_release(&page);
	text = read_file(path);
	assert_non_null(strstr(text, "<title>a&lt;b</title>"));
	assert_non_null(strstr(text, "<h1>a&lt;b</h1>"));
	assert_non_null(strstr(text, "<p title=\"&quot;\">7% 0.500 </p>"));
	assert_non_null(strstr(text, "<caption>&amp;</caption>"));
	assert_non_null(strstr(text, "aria-label=\"&amp;\""));
	assert_non_null(strstr(text, "<th scope=\"col\">&lt;i&gt;</th>"));
	assert_non_null(strstr(text, "✗</span> it &lt;failed&gt;</span>"));
	unlink(path);
}

static void a_file_is_replaced_as_a_whole(void **state)
{
	_cleanup_free_ char *path = in_directory("file"), *other = in_directory("other");
	_cleanup_free_ char *text = NULL, *kept = NULL;
	struct stat file;

	(void)state;
	umask(022);
	assert_int_equal(replace_file(path, "old"), 0);
	assert_int_equal(link(path, other), 0);
	assert_int_equal(replace_file(path, "new"), 0);
	text = read_file(path);
	kept = read_file(other);
	assert_string_equal(text, "new");
	assert_string_equal(kept, "old");
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0644);
	unlink(path);
	unlink(other);
	assert_int_equal(count_files(), 0);
}

static void what_is_no_file_stays(void **state)
{
	_cleanup_free_ char *link = in_directory("link"), *inside = in_directory("none/file");
	_cleanup_free_ char *long_name = memory_check(calloc(1, 300));
	_cleanup_free_ char *path = NULL;
	struct stat there;

	(void)state;
	assert_int_equal(symlink("/dev/null", link), 0);
	assert_int_equal(replace_file(link, "text"), -EEXIST);
	assert_int_equal(lstat(link, &there), 0);
	assert_true(S_ISLNK(there.st_mode));
	unlink(link);
	assert_int_equal(replace_file(directory, "text"), -EEXIST);
	assert_int_equal(replace_file("/dev/null", "text"), -EEXIST);
	assert_int_equal(replace_file(inside, "text"), -ENOENT);
	assert_int_equal(replace_check(inside), -ENOENT);
	assert_int_equal(replace_file("", "text"), -ENOENT);
	memset(long_name, 'x', 255);
	path = in_directory(long_name);
	assert_int_equal(replace_file(path, "text"), 0);
	unlink(path);
	long_name[255] = 'x';
	free(path);
	path = in_directory(long_name);
	assert_int_equal(replace_file(path, "text"), -ENAMETOOLONG);
	assert_int_equal(count_files(), 0);
	assert_string_equal(replace_why(-EEXIST), "something other than a regular file is there");
	assert_string_equal(replace_why(-ENOSPC), "No space left on device");
}

static int begin(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	return rmdir(directory);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_escaped_and_markup_is_not),
		cmocka_unit_test(a_file_is_replaced_as_a_whole),
		cmocka_unit_test(what_is_no_file_stays),
	};

	return cmocka_run_group_tests_name("html", tests, begin, end);
}
