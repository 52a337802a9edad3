// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "exercise/pace.h"
#include "exercise/schedule.h"
#include "util/clock.h"

/* The least time between two lines: on a terminal, and elsewhere */
#define TELL_TERMINAL_US 200000
#define TELL_US 5000000

void pace_begin(struct pace *pace)
{
	*pace = (struct pace){.begun_us = clock_now()};
}

double pace_seconds(const struct pace *pace)
{
	return (double)(clock_now() - pace->begun_us) / 1000000;
}

void pace_add(struct pace *pace, const struct trial *trial, uint64_t took_us)
{
	pace->made++;
	if (trial->interleaving != INTERLEAVING_LOOPS)
		return;
	pace->in_loops++;
	pace->loops_us += took_us;
}

/* Return how many trials a second the sweep makes; 0 before it. Loops are much slower. */
static double swept_rate(const struct pace *pace)
{
	double seconds = pace_seconds(pace) - (double)pace->loops_us / 1000000;

	return seconds > 0 ? (double)(pace->made - pace->in_loops) / seconds : 0;
}

/* Return the seconds that are left; negative: not known yet */
static double time_left(const struct pace *pace, double rate, double trials, double duration)
{
	double left = trials >= 0 && rate > 0 ? trials / rate : -1;

	if (duration <= 0)
		return left;
	duration -= pace_seconds(pace);
	if (duration < 0)
		duration = 0;
	return left >= 0 && left < duration ? left : duration;
}

void pace_tell(struct pace *pace, uint64_t findings, double trials, double duration)
{
	uint64_t now = clock_now();
	double rate, left;
	bool terminal;

	/* Most trials end sooner after the last line, and cost nothing more here. */
	if (now - pace->told_us < TELL_TERMINAL_US)
		return;
	terminal = isatty(STDERR_FILENO);
	if (!terminal && now - pace->told_us < TELL_US)
		return;
	pace->told_us = now;
	rate = swept_rate(pace);
	left = time_left(pace, rate, trials, duration);
	fprintf(stderr, "%scxl exercise-autoremove: %ju trials, ", terminal ? "\r\033[K" : "",
		(uintmax_t)pace->made);
	if (rate > 0)
		fprintf(stderr, "%.1f a second, ", rate);
	else
		fputs("all in loops, ", stderr);
	fprintf(stderr, "%ju findings", (uintmax_t)findings);
	if (left >= 0)
		fprintf(stderr, ", %.0f s left", left);
	fputs(terminal ? "" : "\n", stderr);
}
