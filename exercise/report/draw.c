// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include "exercise/report/draw.h"
#include "exercise/report/read-log.h"
#include "util/json.h"
#include "util/table.h"

static int draw_cases(struct json_object *cases)
{
	static const struct table_column columns[] = {
		{"CASE", "name", CELL_TEXT, NULL},
		{"TRIALS", "trials", CELL_NUMBER, NULL},
		{"FINDINGS", "findings", CELL_NUMBER, NULL},
		{0},
	};
	static const struct table_style plain = {0};
	const char *unknown;
	struct table *table = table_new(columns, NULL, "CASE,TRIALS,FINDINGS", &plain, &unknown);

	for (size_t i = 0; i < json_length(cases); i++)
		table_row(table, NULL, json_object_array_get_idx(cases, i), NULL);
	return table_print(table);
}

static void draw_counts(struct json_object *counts, const char *before)
{
	struct json_object_iterator at = json_object_iter_begin(counts);
	struct json_object_iterator end = json_object_iter_end(counts);

	while (!json_object_iter_equal(&at, &end)) {
		printf("  %s %s: %" PRIu64 "\n", before, json_object_iter_peek_name(&at),
		       json_object_get_uint64(json_object_iter_peek_value(&at)));
		json_object_iter_next(&at);
	}
}

static void draw_finding(struct json_object *finding)
{
	printf("\n%s\n  seen: %" PRIu64 ", first in trial %" PRIu64 "\n",
	       record_text(finding, "signature"), record_number(finding, "count"),
	       record_number(finding, "first_trial"));
	draw_counts(json_object_object_get(finding, "cases"), "in");
	draw_counts(json_object_object_get(finding, "interleavings"), "by");
	printf("%s\n", record_text(finding, "detail") ?: "");
}

int draw_summary(struct json_object *summary)
{
	struct json_object *findings = json_object_object_get(summary, "findings");
	const char *why = record_text(summary, "why");
	int rc = draw_cases(json_object_object_get(summary, "cases"));

	if (record_number(summary, "shard"))
		printf("\nshard %" PRIu64 " of %" PRIu64 " of the schedule",
		       record_number(summary, "shard"), record_number(summary, "shards"));
	printf("\ntrials: %" PRIu64 ", findings: %zu; %s%s%s\n", record_number(summary, "trials"),
	       json_length(findings), record_text(summary, "ended"), why ? ": " : "", why ?: "");
	if (record_number(summary, "logs_lost"))
		printf("a part of the kernel log was overwritten before it was read, in %" PRIu64
		       " trials: there may be more findings\n",
		       record_number(summary, "logs_lost"));
	for (size_t i = 0; i < json_length(findings); i++)
		draw_finding(json_object_array_get_idx(findings, i));
	return rc ?: json_flush();
}
