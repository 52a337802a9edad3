// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel log: records of /dev/kmsg, or the text of a console, line by line; and the stack of a
 * process. It is a fault if one of these does not hold:
 *
 * - a record's text is what follows its first semicolon, up to the end of the line
 * - each line that begins a report is in exactly one report, and reports are in the order of lines
 * - the signature of a report begins with its kind and its function, which is in its lines
 * - other lines before and after a report change no signature
 * - the record of a crash is valid JSON, and names the reports since the last trial began
 * - the signature of a stuck process is one line
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "attach/model/observed.h"
#include "attach/verify/splat.h"
#include "exercise/judge.h"
#include "exercise/report/log.h"
#include "test/fuzz/target.h"
#include "util/cleanup.h"
#include "util/kmsg.h"
#include "util/memory.h"

#define UNRELATED "usb 1-1: new high-speed USB device number 2 using xhci_hcd"

struct lines {
	struct observed_line *list;
	size_t count;
};

static void add_line(struct lines *lines, const char *text)
{
	*APPEND(lines->list, lines->count) = (struct observed_line){
		.text = memory_check(strdup(text)),
		.splat = kmsg_splat(text),
	};
}

static void release_lines(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->list[i].text);
	free(lines->list);
}

/*
 * @record is the rest of the text, as a read of /dev/kmsg would return it; @line is its first line
 */
static void check_record(const char *record, const char *line, struct lines *lines)
{
	struct kmsg_record parsed;
	const char *text = strchr(line, ';');

	if (!kmsg_parse(record, &parsed)) {
		add_line(lines, line);
		return;
	}
	if (text && strncmp(text + 1, parsed.text, sizeof(parsed.text) - 1) != 0)
		fuzz_fault("record", parsed.text);
	add_line(lines, parsed.text);
}

static struct lines read_lines(const char *text)
{
	_cleanup_free_ char *copy = memory_check(strdup(text));
	struct lines lines = {0};
	char *rest = copy, *line;

	while ((line = strsep(&rest, "\n")))
		check_record(text + (line - copy), line, &lines);
	return lines;
}

static void check_splat(const struct lines *lines, const struct splat *splat)
{
	const char *end = splat->signature + strlen(splat->kind);
	bool found = !splat->function;

	if (splat->kind != lines->list[splat->first].splat)
		fuzz_fault("kind", splat->kind);
	if (strncmp(splat->signature, splat->kind, strlen(splat->kind)) != 0 || *end != ' ')
		fuzz_fault("signature", splat->signature);
	if (splat->function && strncmp(end + 1, splat->function, strlen(splat->function)) != 0)
		fuzz_fault("signature without its function", splat->signature);
	for (size_t i = splat->first; i < splat->first + splat->count && !found; i++)
		found = strstr(lines->list[i].text, splat->function);
	if (!found)
		fuzz_fault("function", splat->function);
}

static void check_splats(const struct lines *lines, const struct splats *splats)
{
	size_t next = 0;

	for (size_t i = 0; i <= splats->count; i++) {
		bool last = i == splats->count;
		size_t first = last ? lines->count : splats->list[i].first;

		if (first < next || first > lines->count)
			fuzz_fault("extent", "overlaps");
		for (; next < first; next++) {
			if (lines->list[next].splat)
				fuzz_fault("report in no extent", lines->list[next].text);
		}
		if (last)
			break;
		next += splats->list[i].count;
		if (splats->list[i].count == 0 || next > lines->count)
			fuzz_fault("extent", "too long");
		check_splat(lines, &splats->list[i]);
	}
}

/* Other messages of the machine have no influence. */
static void check_stable(const struct lines *lines, const struct splats *splats)
{
	struct lines more = {0};
	struct splats same;

	add_line(&more, UNRELATED);
	for (size_t i = 0; i < lines->count; i++)
		add_line(&more, lines->list[i].text);
	add_line(&more, UNRELATED);
	splats_find(more.list, more.count, &same);
	if (same.count != splats->count)
		fuzz_fault("unrelated lines", "change the number of reports");
	for (size_t i = 0; i < same.count; i++) {
		if (strcmp(same.list[i].signature, splats->list[i].signature) != 0)
			fuzz_fault("unrelated lines change", splats->list[i].signature);
	}
	splats_release(&same);
	release_lines(&more);
}

static void check_crash(const char *text, size_t size)
{
	_cleanup_free_ char *path = xasprintf("%s/console", fuzz_directory);
	struct json_object *crash;

	fuzz_put("console", text, size);
	crash = record_crash(path);
	if (!crash)
		fuzz_fault("console", "not read");
	fuzz_check_json("crash", json_object_to_json_string(crash));
	json_object_put(crash);
}

static void check_stuck(const char *text)
{
	_cleanup_free_ char *wchan = strndup(text, strcspn(text, "\n"));
	_cleanup_free_ char *in = judge_stuck_in(wchan, text);

	if (strncmp(in, "stuck ", strlen("stuck ")) != 0 || strchr(in, '\n'))
		fuzz_fault("stuck", in);
}

static void run(const char *text, size_t size)
{
	struct lines lines = read_lines(text);
	struct splats splats;

	splats_find(lines.list, lines.count, &splats);
	check_splats(&lines, &splats);
	check_stable(&lines, &splats);
	check_crash(text, size);
	check_stuck(text);
	splats_release(&splats);
	release_lines(&lines);
}

const struct fuzz_target kernel_log_target = {"kernel-log", NULL, run};
