/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_PACE_H
#define EXERCISE_PACE_H

#include <stdint.h>

struct trial;

/* How fast the trials of a run are made, and how long the rest takes */
struct pace {
	uint64_t begun_us;
	uint64_t made;
	uint64_t in_loops, loops_us; /* the trials in loops, and how long they took */
	uint64_t told_us;	     /* the time of the latest line */
};

/** pace_begin() - the first trial begins now */
void pace_begin(struct pace *pace);

/** pace_seconds() - return the time since pace_begin() */
double pace_seconds(const struct pace *pace);

/** pace_add() - a trial was made, and took that long */
void pace_add(struct pace *pace, const struct trial *trial, uint64_t took_us);

/**
 * pace_tell() - print on stderr how many trials were made, and how long the rest takes
 * @findings: the findings until now
 * @trials: how many trials are left; negative: there is no limit
 * @duration: how many seconds the trials may take together; 0: there is no limit
 *
 * On a terminal each line replaces the one before, at most five times a second. Elsewhere there is
 * a line every five seconds.
 */
void pace_tell(struct pace *pace, uint64_t findings, double trials, double duration);

#endif
