/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_DAMAGE_DISTINCT_H
#define TEST_DAMAGE_DISTINCT_H

#include <stdint.h>
#include <stdio.h>

#include "test/damage/answers.h"

/*
 * The distinct answers among many, in files below DIRECTORY/SCHEMA, for test/validate. The elements
 * of all arrays are in one array, because the schema describes an array of any number of them.
 */
struct distinct {
	const char *directory;
	uint64_t *hashes; /* the hashes of the written answers, an open table; 0: free */
	size_t size;	  /* the size of the table, a power of two */
	size_t count;
	FILE *arrays[NR_SCHEMAS];
};

/** distinct_add() - write the answer, unless it is already written; an answer_function */
void distinct_add(void *distinct, enum schema schema, const char *json);

/** distinct_end() - complete the files; 0, or -1 with errno set if one could not be written */
int distinct_end(struct distinct *distinct);

#endif
