// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads that the kernel does not answer: read(2) and pread(2) are wrapped, and wait for a signal as
 * the kernel's own functions do in an interruptible sleep.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/clock.h"
#include "util/read-limit.h"
#include "util/sysfs-files.h"
#include "util/sysfs.h"
#include "util/unread.h"

#define FILE_READ "/proc/sys/kernel/ostype" /* "Linux" */

static atomic_int unanswered;  /* how many of the next reads get no answer */
static atomic_int interrupted; /* how many of the next reads another signal interrupts */
static atomic_int calls;
static atomic_int last_fd;

static bool waits(int fd)
{
	calls++;
	last_fd = fd;
	if (interrupted > 0) {
		interrupted--;
		errno = EINTR;
		return true;
	}
	if (unanswered <= 0)
		return false;
	unanswered--;
	pause();
	return true;
}

ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	return waits(fd) ? -1 : __real_read(fd, buf, size);
}

ssize_t __real_pread64(int fd, void *buf, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *buf, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *buf, size_t size, off_t offset)
{
	return waits(fd) ? -1 : __real_pread64(fd, buf, size, offset);
}

static bool is_between(uint64_t value, uint64_t least, uint64_t most)
{
	return value >= least && value <= most;
}

static int begin(void **state)
{
	(void)state;
	unread_forget();
	unanswered = interrupted = calls = 0;
	return 0;
}

static int read_file(void)
{
	char buf[16];

	return sysfs_read(AT_FDCWD, FILE_READ, buf, sizeof(buf));
}

static void reads_again(void **state)
{
	uint64_t begun = clock_now();

	(void)state;
	unanswered = 2;
	assert_int_equal(read_file(), 5);
	assert_int_equal(calls, 3);
	assert_true(is_between(clock_now() - begun, 1900000, 60000000));
	assert_false(unread_any());
}

static void another_signal_is_no_limit(void **state)
{
	(void)state;
	interrupted = 20;
	assert_int_equal(read_file(), 5);
	assert_int_equal(calls, 21);
}

static void gives_up(void **state)
{
	char *text;

	(void)state;
	unanswered = 1000;
	assert_int_equal(read_file(), -EDEADLK);
	assert_int_equal(calls, 4);
	text = unread_text();
	assert_string_equal(text, FILE_READ ": the kernel does not answer");
	free(text);
}

/* One file had its time: within one observation, the others do not get as much. */
static void hurries_afterwards(void **state)
{
	uint64_t begun;

	(void)state;
	unanswered = 1000;
	read_limit_begin();
	assert_int_equal(read_file(), -EDEADLK);
	calls = 0;
	begun = clock_now();
	for (int i = 0; i < 8; i++)
		assert_int_equal(read_file(), -EDEADLK);
	assert_int_equal(calls, 8);
	assert_true(is_between(clock_now() - begun, 1000000, 7500000));
	unanswered = 0;
	assert_int_equal(read_file(), 5);
	read_limit_end();
	/* The next observation gives each file its time again. */
	unanswered = 1;
	assert_int_equal(read_file(), 5);
}

static void opens_a_kept_file_anew(void **state)
{
	struct sysfs_files files = {0};
	char buf[16];
	int kept, other;

	(void)state;
	assert_int_equal(sysfs_files_read(&files, 1, "a", AT_FDCWD, FILE_READ, buf, sizeof(buf)),
			 5);
	kept = last_fd;
	unanswered = 1;
	other = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(sysfs_files_read(&files, 1, "a", AT_FDCWD, FILE_READ, buf, sizeof(buf)),
			 5);
	assert_string_equal(buf, "Linux");
	assert_false(unread_any());
	/* It was closed: its number is free, or was used again. */
	assert_false(sysfs_files_have(&files, 1));
	assert_true(last_fd == kept || fcntl(kept, F_GETFD) < 0);
	close(other);
	sysfs_files_release(&files);
}

static void *read_in_thread(void *result)
{
	*(int *)result = read_file();
	return NULL;
}

static void each_thread_has_its_limit(void **state)
{
	pthread_t threads[4];
	int results[4];

	(void)state;
	unanswered = 4;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_in_thread, &results[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(results[i], 5);
	}
	assert_int_equal(calls, 8);
}

/* No signal comes after the observation, and none goes to a thread that does not read. */
static void disturbs_nothing_else(void **state)
{
	pthread_t thread;
	int result;

	(void)state;
	unanswered = 1000;
	assert_int_equal(pthread_create(&thread, NULL, read_in_thread, &result), 0);
	assert_int_equal(poll(NULL, 0, 2500), 0);
	pthread_join(thread, NULL);
	assert_int_equal(read_file(), -EDEADLK);
	assert_int_equal(poll(NULL, 0, 1500), 0);
}

/* The readers of the exerciser wait until its watchdog ends them. This changes the process. */
static void waits_without_a_limit(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	unanswered = 1;
	pid = fork();
	if (pid == 0) {
		read_limit_off();
		read_limit_begin();
		_exit(read_file() == 5 ? 0 : 1);
	}
	poll(NULL, 0, 2500);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads_again, begin),
		cmocka_unit_test_setup(another_signal_is_no_limit, begin),
		cmocka_unit_test_setup(gives_up, begin),
		cmocka_unit_test_setup(hurries_afterwards, begin),
		cmocka_unit_test_setup(opens_a_kept_file_anew, begin),
		cmocka_unit_test_setup(each_thread_has_its_limit, begin),
		cmocka_unit_test_setup(disturbs_nothing_else, begin),
		cmocka_unit_test_setup(waits_without_a_limit, begin),
	};

	return cmocka_run_group_tests_name("read-limit", tests, NULL, NULL);
}
