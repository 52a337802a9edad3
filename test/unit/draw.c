// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks.h"
#include "cxl/report/detach-draw.h"
#include "test/unit/small-machine.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* The observations while mem0 was detached, 10 ms after the first step began */
static struct step_result steps[] = {{.begun_us = 5000, .ended_us = 16000}};
#define EVENT(us, action, device) {us, (char *)(action), (char *)(device), (char *)"cxl"}
static struct observed_event events[] = {
	EVENT(7500, "unbind", "region0"),	EVENT(8000, "remove", "decoder2.0"),
	EVENT(10000, "remove", "region0"),	EVENT(12000, "change", "port1"),
	EVENT(15000, "unbind", "0000:11:00.0"),
};
#define HALF "#####################                   "
#define WHOLE "########################################"
#define SECOND_HALF "                    ...................."

struct drawing {
	enum detach_method method;
	size_t nr_events;
	const char *expected;
};

static const struct drawing drawings[] = {
	{METHOD_MEMDEV, 5,
	 "region0          " HALF "      5.000 ms  remove\n"
	 "0000:11:00.0     " WHOLE "     10.000 ms  unbind\n"
	 "exposure         " SECOND_HALF "      5.000 ms  region gone, provider still bound\n"},
	/* Only the host's own event is missing. */
	{METHOD_MEMDEV, 3,
	 "region0          " WHOLE "      5.000 ms  remove\n"
	 "exposure: not measured, since an event is missing\n"},
	{METHOD_HOST, 3,
	 "region0          " WHOLE "      5.000 ms  remove\n"
	 "exposure: none, since the provider's own remove() runs first\n"},
	{METHOD_MEMDEV, 0, "exposure: not measured, since an event is missing\n"},
};

/* Return the output of @draw, as a new string */
static char *printed(void (*draw)(const void *data), const void *data)
{
	char *text = memory_check(calloc(1, 4096));
	FILE *file = tmpfile();
	int standard = dup(STDOUT_FILENO);

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	draw(data);
	fflush(stdout);
	dup2(standard, STDOUT_FILENO);
	close(standard);
	rewind(file);
	assert_true(fread(text, 1, 4095, file) < 4095);
	fclose(file);
	return text;
}

static void timeline(const void *data)
{
	static const char *const nothing[] = {NULL};
	const struct drawing *drawing = data;
	const struct observed observed = {
		.events = events, .nr_events = drawing->nr_events, .steps = steps, .nr_steps = 1};
	const struct snapshot_memdev *named;
	struct attach_answers answers;
	struct snapshot snapshot;
	struct plan plan;

	small_machine(&snapshot, nothing);
	attach_infer(&snapshot, &answers);
	named = snapshot_find_memdev(&snapshot, "mem0");
	assert_null(plan_make(&answers, &named, 1, drawing->method, NULL, &plan));
	draw_timeline(&plan, &observed);
	plan_release(&plan);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
}

/* A reattach has no plan, and therefore no exposure. */
static void timeline_without_plan(const void *data)
{
	const struct observed observed = {.events = events, .nr_events = 3};

	(void)data;
	draw_timeline(NULL, &observed);
}

static void a_bar_is_as_long_as_its_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(drawings) / sizeof(*drawings); i++) {
		_cleanup_free_ char *text = printed(timeline, &drawings[i]);

		assert_string_equal(text, drawings[i].expected);
	}
}

/* Without a step, time begins with the first event. */
static void without_a_plan_only_events(void **state)
{
	_cleanup_free_ char *text = printed(timeline_without_plan, NULL);

	(void)state;
	assert_string_equal(text, "region0          " WHOLE "      2.500 ms  remove\n");
}

static void bars_are_blocks_where_there_are_any(void **state)
{
	_cleanup_free_ char *text = NULL;

	(void)state;
	setenv("LC_ALL", "C.UTF-8", true);
	text = printed(timeline, &drawings[0]);
	setenv("LC_ALL", "C", true);
	assert_non_null(strstr(text, "region0          ██"));
	assert_non_null(strstr(text, "exposure                             ░░"));
	assert_null(strchr(text, '#'));
}

static void checks(const void *data)
{
	(void)data;
	draw_checks(&(struct checks){
		.list =
			(struct check[]){
				{"region-gone", CHECK_PASSED, NULL},
				{"memdev-gone", CHECK_FAILED, (char *)"mem0 is still there"},
				{"no-splat", CHECK_NOT_CHECKED, (char *)"lines were lost"},
			},
		.count = 3,
	});
}

static void each_check_is_a_line(void **state)
{
	_cleanup_free_ char *text = printed(checks, NULL);

	(void)state;
	assert_string_equal(text, "region-gone          passed\n"
				  "memdev-gone          failed: mem0 is still there\n"
				  "no-splat             not-checked: lines were lost\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bar_is_as_long_as_its_time),
		cmocka_unit_test(without_a_plan_only_events),
		cmocka_unit_test(bars_are_blocks_where_there_are_any),
		cmocka_unit_test(each_check_is_a_line),
	};

	setenv("LC_ALL", "C", true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
