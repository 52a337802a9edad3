// SPDX-License-Identifier: LGPL-2.1-only
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/observed.h"
#include "attach/verify/splat.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* A report without a call trace within this number of lines has none. */
#define LINES_TO_TRACE 100

/* The number of callers that distinguishes bugs */
#define CALLERS_MAX 4

/* "cxl_mem_probe+0x12b/0x2f0 [cxl_mem]": a function, and its module */
struct frame {
	const char *function;
	size_t length;
	bool of_cxl;
};

static bool is_name(char character)
{
	return isalnum((unsigned char)character) || character == '_' || character == '.';
}

/* Find the first frame in @text; false if there is none */
static bool find_frame(const char *text, struct frame *frame)
{
	const char *plus, *start, *end;

	for (plus = strstr(text, "+0x"); plus; plus = strstr(plus + 1, "+0x")) {
		start = plus;
		while (start > text && is_name(start[-1]))
			start--;
		if (start == plus)
			continue;
		end = plus + strlen("+0x");
		while (isxdigit((unsigned char)*end) || *end == '/' || *end == 'x')
			end++;
		*frame = (struct frame){
			.function = start,
			.length = (size_t)(plus - start),
			.of_cxl = strncmp(end, " [cxl", strlen(" [cxl")) == 0,
		};
		return true;
	}
	return false;
}

/*
 * Test for a line of a call trace: a frame with nothing before it, except an address in brackets on
 * RISC-V. A frame with a question mark does not count: its address was found on the stack, and may
 * be left over from an earlier call.
 */
static bool is_trace_line(const char *line, struct frame *frame)
{
	line += strspn(line, " ");
	if (strncmp(line, "[<", 2) == 0) {
		line += strcspn(line, "]");
		line += strspn(line, "] ");
	}
	return find_frame(line, frame) && frame->function == line;
}

static bool has(const char *line, const char *text)
{
	return strstr(line, text) != NULL;
}

/* x86 and RISC-V; arm64; in an oops, RISC-V prints the trace without a title */
static bool is_trace_title(const char *line)
{
	return has(line, "Call Trace:") || has(line, "Call trace:") || has(line, "[<");
}

/* The lines of a sanitizer's report end with a rule, like the one before its first line. */
static bool is_rule(const char *line)
{
	size_t length = strspn(line, "=");

	return length >= 60 && line[length] == '\0';
}

static bool is_last(const char *line)
{
	return has(line, "</TASK>") || has(line, "---[ end trace");
}

/* Return the index after the last line of the report that begins at @first */
static size_t end_of(const struct observed_line *log, size_t count, size_t first)
{
	bool traced = false, ended = false;
	size_t i = first + 1;

	for (; i < count; i++) {
		traced |= is_trace_title(log[i].text);
		if (log[i].splat && (ended || (!traced && i - first > LINES_TO_TRACE)))
			break;
		ended |= (traced && is_last(log[i].text)) || is_rule(log[i].text);
	}
	return i;
}

static char *copy(const struct frame *frame)
{
	return memory_check(strndup(frame->function, frame->length));
}

/*
 * Find "WARNING: file.c:12 at FUNCTION+...", "BUG: KASAN: use-after-free in FUNCTION+...",
 * lockdep's "trying to acquire lock: ..., at: FUNCTION+..."
 */
static bool find_named(const char *line, struct frame *frame)
{
	static const char *const before[] = {" at ", " in ", ", at: "};

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		const char *text = strstr(line, before[i]);

		if (text && find_frame(text + strlen(before[i]), frame) &&
		    frame->function == text + strlen(before[i]))
			return true;
	}
	return false;
}

/* Find "BUG: KCSAN: data-race in FUNCTION / FUNCTION", which has no offsets */
static bool find_race(const char *line, struct frame *frame)
{
	static const char before[] = "KCSAN: data-race in ";
	const char *text = strstr(line, before);
	size_t length = 0;

	if (!text)
		return false;
	text += strlen(before);
	while (is_name(text[length]))
		length++;
	*frame = (struct frame){.function = text, .length = length};
	return length > 0;
}

/*
 * Find where the processor was: x86 "RIP: 0010:FUNCTION+...", arm64 "pc : FUNCTION+...", RISC-V
 * "epc : FUNCTION+...", PowerPC "NIP [ADDRESS] FUNCTION+...", s390 "Krnl PSW : ADDRESSES
 * (FUNCTION+...)"
 */
static bool find_place(const char *line, struct frame *frame)
{
	static const char *const titles[] = {"RIP: 0010:", "pc : ", "epc : ", "NIP [",
					     "Krnl PSW : "};

	line += strspn(line, " ");
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		if (strncmp(line, titles[i], strlen(titles[i])) == 0)
			return find_frame(line + strlen(titles[i]), frame);
	}
	return false;
}

static char *find_function(const struct observed_line *log, size_t count)
{
	struct frame frame;

	for (size_t i = 0; i < count; i++) {
		const char *line = log[i].text;

		if (find_named(line, &frame) || find_race(line, &frame) || find_place(line, &frame))
			return copy(&frame);
	}
	return NULL;
}

static bool is_called(const char *name, const struct frame *frame)
{
	return name && strlen(name) == frame->length &&
	       strncmp(name, frame->function, frame->length) == 0;
}

/* Return the nearest functions of CXL's modules in the call trace, without @function itself */
static char *find_callers(const struct observed_line *log, size_t count, const char *function)
{
	char *callers = memory_check(strdup(""));
	struct frame frame;
	size_t found = 0, i = 0;

	while (i < count && !is_trace_title(log[i].text))
		i++;
	for (; i < count && found < CALLERS_MAX && !is_last(log[i].text); i++) {
		_cleanup_free_ char *before = NULL;

		if (!is_trace_line(log[i].text, &frame) || !frame.of_cxl ||
		    is_called(function, &frame))
			continue;
		before = callers;
		callers = xasprintf("%s < %.*s", before, (int)frame.length, frame.function);
		found++;
	}
	return callers;
}

static void describe(struct splat *splat, const struct observed_line *log)
{
	_cleanup_free_ char *callers = NULL;

	splat->kind = log[splat->first].splat;
	splat->function = find_function(log + splat->first, splat->count);
	callers = find_callers(log + splat->first, splat->count, splat->function);
	splat->signature =
		xasprintf("%s %s%s", splat->kind, splat->function ?: "somewhere", callers);
}

void splats_find(const struct observed_line *log, size_t count, struct splats *splats)
{
	size_t i = 0;

	*splats = (struct splats){0};
	while (i < count) {
		struct splat *splat;

		if (!log[i].splat) {
			i++;
			continue;
		}
		splat = APPEND(splats->list, splats->count);
		splat->first = i;
		i = end_of(log, count, i);
		splat->count = i - splat->first;
		describe(splat, log);
	}
}

void splats_release(struct splats *splats)
{
	for (size_t i = 0; i < splats->count; i++) {
		free(splats->list[i].function);
		free(splats->list[i].signature);
	}
	free(splats->list);
	*splats = (struct splats){0};
}

bool splat_is_fatal(const struct splat *splat)
{
	static const char *const fatal[] = {"oops", "bug", "panic", "stall", "hung-task", "list"};

	for (size_t i = 0; i < sizeof(fatal) / sizeof(*fatal); i++) {
		if (strcmp(splat->kind, fatal[i]) == 0)
			return true;
	}
	return false;
}
