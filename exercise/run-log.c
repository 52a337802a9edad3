// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "exercise/report/log.h"
#include "exercise/run-log.h"
#include "util/json.h"
#include "util/records.h"

/* Write these records, which then are released */
static int add_all(struct run_log *log, struct json_object *records)
{
	int rc = records_add_all(log->fd, records);

	json_object_put(records);
	if (rc < 0 && !log->unwritten)
		fprintf(stderr, "%s: cannot write the log: %s\n", log->command, strerror(-rc));
	log->unwritten |= rc < 0;
	return rc;
}

int run_log_add(struct run_log *log, struct json_object *record)
{
	struct json_object *records = json_new_array();

	if (log->held)
		json_append(records, log->held);
	log->held = NULL;
	json_append(records, record);
	return add_all(log, records);
}

int run_log_flush(struct run_log *log)
{
	struct json_object *record = log->held;

	log->held = NULL;
	return record ? run_log_add(log, record) : 0;
}

int run_log_hold(struct run_log *log, struct json_object *record)
{
	int rc = run_log_flush(log);

	log->held = record;
	return rc;
}

/* Return why this run cannot continue a log with that start; NULL if it can */
static const char *other_schedule(struct json_object *begun, struct json_object *start)
{
	static const char *const parts[][2] = {
		{"merged", "was merged from several, and cannot be continued"},
		{"cases", "has other cases: continue with the options that it began with"},
		{"shard", "is of another shard: continue with the options that it began with"},
		{"shards", "is of another shard: continue with the options that it began with"},
	};

	for (size_t i = 0; begun && i < sizeof(parts) / sizeof(*parts); i++) {
		if (!json_object_equal(json_object_object_get(begun, parts[i][0]),
				       json_object_object_get(start, parts[i][0])))
			return parts[i][1];
	}
	return NULL;
}

int run_log_start(struct run_log *log, const struct log_start *log_start, struct json_object *begun)
{
	struct json_object *start = record_start(log_start);
	const char *other = other_schedule(begun, start);

	if (!other)
		return run_log_add(log, start);
	fprintf(stderr, "%s: the log %s\n", log->command, other);
	json_object_put(start);
	return -EINVAL;
}
