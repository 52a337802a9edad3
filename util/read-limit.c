// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "util/read-limit.h"

/* The time between two signals: a read gets at least this time in two attempts */
#define TICK_NS 999000000L

/* The time after a file was given up */
#define HURRIED_TICK_NS 250000000L

/* How often a file is read that the kernel does not answer for */
#define TRIES 4

/* What the other process needs to go on once the reader has let go */
#define PAUSE_NS 50000000L

#ifndef sigev_notify_thread_id /* glibc before 2.38 */
#define sigev_notify_thread_id _sigev_un._tid
#endif

static bool off;

static _Thread_local struct {
	unsigned int depth; /* of nested calls of read_limit_begin() */
	timer_t timer;
	bool armed, hurried;
	volatile sig_atomic_t ticks;
} limit;

static void tick(int signal)
{
	(void)signal;
	limit.ticks++;
}

/* glibc itself uses the first real-time signals of the kernel, and SIGRTMIN leaves them out. */
static void catch_ticks(void)
{
	sigaction(SIGRTMIN, &(struct sigaction){.sa_handler = tick}, NULL);
}

/* A timer repeats: the signal can come right before the read begins, and then does not end it. */
static void set_timer(long ns)
{
	const struct itimerspec every = {{0, ns}, {0, ns}};

	timer_settime(limit.timer, 0, &every, NULL);
}

void read_limit_begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN};

	if (off || limit.depth++ > 0)
		return;
	pthread_once(&once, catch_ticks);
	event.sigev_notify_thread_id = gettid();
	limit.armed = timer_create(CLOCK_MONOTONIC, &event, &limit.timer) == 0;
	limit.hurried = false;
	if (limit.armed)
		set_timer(TICK_NS);
}

void read_limit_end(void)
{
	if (off || --limit.depth > 0)
		return;
	if (limit.armed)
		timer_delete(limit.timer);
	limit.armed = false;
}

void read_limit_off(void)
{
	off = true;
}

ssize_t read_limited(int fd, void *buf, size_t size, off_t offset)
{
	sig_atomic_t before = limit.ticks;
	ssize_t got;

	do {
		got = offset < 0 ? read(fd, buf, size) : pread(fd, buf, size, offset);
		if (got >= 0)
			return got;
	} while (errno == EINTR && limit.ticks == before);
	return errno == EINTR ? -EDEADLK : -errno;
}

bool read_limit_again(int *tries)
{
	if (++*tries < TRIES && !limit.hurried) {
		nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
		return true;
	}
	limit.hurried = true;
	if (limit.armed)
		set_timer(HURRIED_TICK_NS);
	return false;
}
