/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_SUBJECT_H
#define EXERCISE_SUBJECT_H

#include "exercise/left-out.h"
#include "exercise/schedule.h"

struct options;

/* What is exercised */
struct subject {
	char *host;	  /* of the memdev */
	actor_set actors; /* that are possible and allowed here */
	struct left_out left_out;
};

/**
 * subject_choose() - the memdev that the options mean, and what may be done to it
 * @subject: filled; released with subject_release(), whatever was returned
 *
 * Return: the exit status; why it is not EXIT_DONE is said on stderr.
 */
int subject_choose(const struct options *options, struct subject *subject);
void subject_release(struct subject *subject);

#endif
