// SPDX-License-Identifier: LGPL-2.1-only
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "util/progress.h"

#define ERASE "\r\033[K"

static char text[128];
static volatile sig_atomic_t seconds;
static bool is_on;

/* Write without stdio: the handler may have interrupted a function of stdio. */
static void put(const char *from, size_t length)
{
	while (length > 0) {
		ssize_t written = write(STDERR_FILENO, from, length);

		if (written <= 0)
			return;
		from += written;
		length -= (size_t)written;
	}
}

static void draw(int signal)
{
	char digits[12];
	size_t at = sizeof(digits);
	int left = ++seconds;

	(void)signal;
	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	put(ERASE, strlen(ERASE));
	put(text, strlen(text));
	put(": ", 2);
	put(digits + at, sizeof(digits) - at);
	put(" s", 2);
}

static void set_timer(time_t every)
{
	const struct itimerval timer = {{every, 0}, {every, 0}};

	setitimer(ITIMER_REAL, &timer, NULL);
}

void progress_begin(const char *what)
{
	const struct sigaction action = {.sa_handler = draw, .sa_flags = SA_RESTART};

	if (!isatty(STDERR_FILENO))
		return;
	progress_end();
	snprintf(text, sizeof(text), "%s", what);
	is_on = true;
	sigaction(SIGALRM, &action, NULL);
	set_timer(1);
}

void progress_erase(void)
{
	if (seconds > 0)
		put(ERASE, strlen(ERASE));
}

void progress_end(void)
{
	if (!is_on)
		return;
	/* A timer survives execve(2). */
	set_timer(0);
	progress_erase();
	seconds = 0;
	is_on = false;
}
