// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads do each job once, and the first error among their jobs is that of the first job, however
 * they take turns
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/memory.h"
#include "util/threads.h"
#include "util/unread.h"

#define JOBS 100

static void count_job(size_t number, void *data)
{
	int *done = data;

	done[number]++;
}

static void test_each_once(void **state)
{
	(void)state;
	for (size_t threads = 1; threads <= THREADS_MAX + 2; threads++) {
		int done[JOBS + 1] = {0};

		threads_run(threads, JOBS, count_job, done);
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(done[i], 1);
		assert_int_equal(done[JOBS], 0);
	}
	threads_run(4, 0, count_job, NULL);
}

static void test_how_many(void **state)
{
	(void)state;
	unsetenv("TEST_THREADS");
	assert_int_equal(threads_for(0, 512), 1);
	assert_int_equal(threads_for(1023, 512), 1);
	assert_true(threads_for(1000000, 512) >= 1 && threads_for(1000000, 512) <= THREADS_MAX);
}

/* Later jobs fail earlier. */
static void fail_job(size_t number, void *data)
{
	struct timespec time = {.tv_nsec = (long)(JOBS - number) * 100000};
	struct unread *unread = data;
	_cleanup_free_ char *path = xasprintf("file %zu", number);

	unread_collect(&unread[number]);
	nanosleep(&time, NULL);
	unread_note(AT_FDCWD, "absent", -ENOENT);
	if (number >= JOBS / 2) {
		unread_note(AT_FDCWD, path, -EMFILE);
		unread_note(AT_FDCWD, "another", -EIO);
	}
	unread_collect(NULL);
}

static void test_first_error(void **state)
{
	struct unread *unread = memory_check(calloc(JOBS, sizeof(*unread)));
	_cleanup_free_ char *text = NULL;

	(void)state;
	unread_forget();
	threads_run(4, JOBS, fail_job, unread);
	assert_false(unread_any());
	for (size_t i = 0; i < JOBS; i++)
		unread_adopt(&unread[i]);
	text = unread_text();
	assert_string_equal(text, "file 50: Too many open files");
	unread_forget();
	free(unread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_how_many),
		cmocka_unit_test(test_first_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
