// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of the exerciser, as the part "log", and the candidates of a shrinking as the part
 * "candidates" (fuzz_part()). It is a fault if one of these does not hold:
 *
 * - the summary is valid JSON in UTF-8, and can be drawn
 * - it has no more trials than the log has lines, and each finding was seen at least once
 * - a line that is not a record changes nothing, such as the last line of a machine that died
 * - the candidates that shrinking writes can be read again: the next call has one candidate more
 * - the log alone is merged with all its trials, or refused with a reason; with itself it is always
 *   refused
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "exercise/report/draw.h"
#include "exercise/report/merge.h"
#include "exercise/report/summary.h"
#include "exercise/shrink-run.h"
#include "test/fuzz/target.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/records.h"

static struct json_object *summarize(const char *text, size_t size)
{
	_cleanup_free_ char *path = xasprintf("%s/log", fuzz_directory);
	struct json_object *records, *summary;

	fuzz_put("log", text, size);
	records = records_read(path);
	if (!records)
		fuzz_fault("log", "not read");
	if (json_length(records) > fuzz_lines(text, size))
		fuzz_fault("records", "more than lines");
	summary = summarize_log(records);
	json_object_put(records);
	return summary;
}

static struct json_object *merge(const struct shard_log *logs, size_t count)
{
	_cleanup_free_ char *why = NULL;
	struct json_object *records = merge_logs(logs, count, &why), *summary;

	if (!records == !why)
		fuzz_fault("merge", "neither done nor refused");
	summary = records ? summarize_log(records) : NULL;
	json_object_put(records);
	return summary;
}

static uint64_t number(struct json_object *json, const char *key)
{
	return json_object_get_uint64(json_object_object_get(json, key));
}

static void check_findings(struct json_object *summary)
{
	struct json_object *findings = json_object_object_get(summary, "findings");

	if (summary_has_findings(summary) != (json_length(findings) > 0))
		fuzz_fault("findings", "not what the summary says");
	for (size_t i = 0; i < json_length(findings); i++) {
		if (number(json_object_array_get_idx(findings, i), "count") == 0)
			fuzz_fault("finding", "never seen");
	}
}

static void check_merge(struct json_object *summary)
{
	_cleanup_free_ char *path = xasprintf("%s/log", fuzz_directory);
	struct json_object *records = records_read(path), *merged;
	const struct shard_log logs[] = {{path, records}, {path, records}};

	merged = merge(logs, 1);
	if (merged) {
		fuzz_check_json("merged", json_object_to_json_string(merged));
		if (number(merged, "trials") != number(summary, "trials"))
			fuzz_fault("merged", "other trials");
	}
	json_object_put(merged);
	merged = merge(logs, 2);
	if (merged)
		fuzz_fault("merged", "the same shard twice");
	json_object_put(merged);
	json_object_put(records);
}

static void check_with_other_line(const char *summary, const char *text, size_t size)
{
	static const char other[] = "\n{\"record\":\"trial\",\"trial\":1";
	_cleanup_free_ char *more = memory_check(malloc(size + sizeof(other)));
	struct json_object *same;

	memcpy(mempcpy(more, text, size), other, strlen(other));
	same = summarize(more, size + strlen(other));
	if (strcmp(json_object_to_json_string(same), summary) != 0)
		fuzz_fault("summary", "changed by half a record");
	json_object_put(same);
}

/* Return the signature of the first finding, which is shrunk */
static const char *a_signature(struct json_object *summary)
{
	struct json_object *findings = json_object_object_get(summary, "findings");

	return json_length(findings) == 0
		       ? "none"
		       : json_object_get_string(json_object_object_get(
				 json_object_array_get_idx(findings, 0), "signature"));
}

static void check_shrink(const char *signature, const char *candidates, size_t size)
{
	_cleanup_free_ char *log = xasprintf("%s/log", fuzz_directory);
	_cleanup_free_ char *path = xasprintf("%s/candidates", fuzz_directory);
	struct json_object *before, *after;
	int rc;

	fuzz_put("candidates", candidates, size);
	before = records_read(path);
	rc = shrink_run(path, log, signature);
	after = records_read(path);
	if (json_length(after) != json_length(before) + (rc == 0))
		fuzz_fault("candidates", "one more is not written down, or not read");
	json_object_put(before);
	json_object_put(after);
}

static void run(const char *text, size_t size)
{
	size_t length = 0, others = 0;
	const char *log = fuzz_part(text, size, "log", &length) ?: "";
	const char *candidates = fuzz_part(text, size, "candidates", &others) ?: "";
	struct json_object *summary = summarize(log, length);
	const char *json = json_object_to_json_string(summary);

	fuzz_check_json("summary", json);
	if (number(summary, "trials") > fuzz_lines(log, length))
		fuzz_fault("trials", json);
	check_findings(summary);
	check_shrink(a_signature(summary), candidates, others);
	check_merge(summary);
	check_with_other_line(json, log, length);
	draw_summary(summary);
	json_object_put(summary);
}

const struct fuzz_target exercise_log_target = {"exercise-log", NULL, run};
