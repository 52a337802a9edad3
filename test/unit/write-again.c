// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/act/write-step.h"
#include "attach/model/step.h"
#include "util/memory.h"

/* The answers of the kernel to the writes: an errno, or 0 */
static const int answers[] = {0, ENODEV, 0};
static size_t writes;

static struct step_files files;

ssize_t __wrap_pwrite64(int fd, const void *text, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *text, size_t size, off_t offset)
{
	(void)fd;
	(void)text;
	(void)offset;
	errno = answers[writes++];
	return errno ? -1 : (ssize_t)size;
}

/* The file that the path of the step leads to */
static char path[] = "/tmp/write-again-XXXXXX";

char *__wrap_step_file(const struct step *step);
char *__wrap_step_file(const struct step *step)
{
	(void)step;
	return xasprintf("%s", path);
}

static void replace(void)
{
	char other[] = "/tmp/write-again-XXXXXX";

	close(mkstemp(other));
	assert_int_equal(rename(other, path), 0);
}

static const struct step flush = {.action = STEP_FLUSH};

/* The first write opens the file, which is kept. */
static int begin(void **state)
{
	(void)state;
	writes = 0;
	close(mkstemp(path));
	return step_write_again(&files, &flush);
}

static int end(void **state)
{
	(void)state;
	step_files_release(&files);
	files = (struct step_files){0};
	unlink(path);
	sprintf(path, "/tmp/write-again-XXXXXX");
	return 0;
}

/* The answer of a driver counts, also if the file was open before: it is not asked twice. */
static void an_answer_counts(void **state)
{
	(void)state;
	assert_int_equal(step_write_again(&files, &flush), -ENODEV);
	assert_int_equal(writes, 2);
}

/* A file that is dead is opened anew, once another one is in its place. */
static void a_dead_file_is_opened_anew(void **state)
{
	(void)state;
	replace();
	assert_int_equal(step_write_again(&files, &flush), 0);
	assert_int_equal(writes, 3);
	assert_int_equal(files.count, 1);
}

static void no_file_is_in_its_place(void **state)
{
	(void)state;
	unlink(path);
	assert_int_equal(step_write_again(&files, &flush), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_answer_counts, begin, end),
		cmocka_unit_test_setup_teardown(a_dead_file_is_opened_anew, begin, end),
		cmocka_unit_test_setup_teardown(no_file_is_in_its_place, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
