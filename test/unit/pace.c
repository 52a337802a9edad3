// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "exercise/pace.h"
#include "exercise/schedule.h"

static uint64_t now; /* in microseconds */

int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	*time = (struct timespec){(time_t)(now / 1000000), (long)(now % 1000000 * 1000)};
	return 0;
}

/* Return what pace_tell() prints on a stderr that is no terminal */
static const char *told(struct pace *pace, uint64_t findings, double trials, double duration)
{
	static char text[256];
	int ends[2], before = dup(STDERR_FILENO);
	ssize_t count;

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	pace_tell(pace, findings, trials, duration);
	dup2(before, STDERR_FILENO);
	close(before);
	close(ends[1]);
	count = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	text[count] = '\0';
	return text;
}

#define NAME "cxl exercise-autoremove: "

/* Loops take much longer than other trials, and say nothing about how long these take. */
static void loops_do_not_count(void **state)
{
	const struct trial loops = {.interleaving = INTERLEAVING_LOOPS};
	const struct trial swept = {.interleaving = INTERLEAVING_HALVES};
	struct pace pace;

	(void)state;
	now = 7000000;
	pace_begin(&pace);
	now += 20000000;
	pace_add(&pace, &loops, 20000000);
	assert_string_equal(told(&pace, 0, 97, 0), NAME "1 trials, all in loops, 0 findings\n");
	for (int i = 0; i < 10; i++)
		pace_add(&pace, &swept, 500000);
	now += 5000000;
	assert_string_equal(told(&pace, 1, 88, 0),
			    NAME "11 trials, 2.0 a second, 1 findings, 44 s left\n");
}

static void whichever_ends_first(void **state)
{
	const struct trial swept = {.interleaving = INTERLEAVING_TURNS};
	struct pace pace;

	(void)state;
	now = 0;
	pace_begin(&pace);
	pace_add(&pace, &swept, 10000000);
	now = 10000000;
	assert_true(pace_seconds(&pace) == 10);
	assert_string_equal(told(&pace, 0, 5, 30),
			    NAME "1 trials, 0.1 a second, 0 findings, 20 s left\n");
	now = 11000000;
	assert_string_equal(told(&pace, 0, 5, 30), ""); /* not every second */
	now = 40000000;
	assert_string_equal(told(&pace, 0, -1, 30),
			    NAME "1 trials, 0.0 a second, 0 findings, 0 s left\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loops_do_not_count),
		cmocka_unit_test(whichever_ends_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
