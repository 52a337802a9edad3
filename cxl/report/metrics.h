/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_METRICS_H
#define CXL_REPORT_METRICS_H

#include <stddef.h>
#include <stdio.h>

struct attach_answers;
struct journal_entry;

/* The input for the metrics */
struct metrics_source {
	const struct attach_answers *answers; /* with their snapshot */
	const struct journal_entry *entries;  /* of the journal */
	size_t nr_entries;
	size_t nr_stuck; /* the number of entries that cannot be undone */
};

/** metrics_print() - print all metrics, in the text format of Prometheus */
void metrics_print(FILE *out, const struct metrics_source *source);

#endif
