/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_SUBJECT_H
#define EXERCISE_SUBJECT_H

#include "exercise/left-out.h"
#include "exercise/schedule.h"

struct options;

/* The memdev to exercise */
struct subject {
	char *host;	  /* the memdev's host */
	actor_set actors; /* the actors that are possible and allowed here */
	struct left_out left_out;
};

/**
 * subject_choose() - find the memdev that the options select, and the actors for it
 * @subject: filled; the caller releases it with subject_release(), whatever the result is
 *
 * Return: the exit status. Unless it is EXIT_DONE, the reason was printed on stderr.
 */
int subject_choose(const struct options *options, struct subject *subject);
void subject_release(struct subject *subject);

#endif
