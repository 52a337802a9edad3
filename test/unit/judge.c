// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "exercise/baseline.h"
#include "exercise/judge.h"
#include "exercise/numbers.h"
#include "exercise/outcome.h"
#include "test/unit/small-machine.h"
#include "util/cleanup.h"
#include "util/kmsg.h"
#include "util/memory.h"

static const char *const nothing[] = {NULL};

/* Return each finding's kind and signature, and release the outcome */
static const char *findings(struct outcome *outcome)
{
	static char text[2000];

	*text = '\0';
	for (size_t i = 0; i < outcome->nr_findings; i++) {
		assert_non_null(outcome->findings[i].detail);
		sprintf(text + strlen(text), "%s: %s; ", outcome->findings[i].kind,
			outcome->findings[i].signature);
	}
	outcome_release(outcome);
	return text;
}

/* Plan a detach of mem0 by that method */
static void plan_of(const struct snapshot *snapshot, enum detach_method method, struct plan *plan)
{
	const struct snapshot_memdev *named = snapshot_find_memdev(snapshot, "mem0");
	struct attach_answers answers;

	attach_infer(snapshot, &answers);
	assert_null(plan_make(&answers, &named, 1, method, NULL, plan));
	attach_answers_release(&answers);
}

static void the_exposure_is_a_finding_above_its_limit(void **state)
{
	struct observed_event events[] = {{1000, (char *)"remove", (char *)"region0", NULL},
					  {5000, (char *)"unbind", (char *)"0000:11:00.0", NULL}};
	const struct observed observed = {.events = events, .nr_events = 2};
	struct outcome outcome = {0};
	struct snapshot snapshot;
	struct plan plan;

	(void)state;
	small_machine(&snapshot, nothing);
	plan_of(&snapshot, METHOD_MEMDEV, &plan);
	judge_exposure(&outcome, &plan, &observed, 4000);
	assert_int_equal(outcome.exposure_us, 4000);
	assert_string_equal(findings(&outcome), "");
	judge_exposure(&outcome, &plan, &observed, 3999);
	assert_string_equal(findings(&outcome), "exposure: exposure; ");
	plan_release(&plan);
	snapshot_release(&snapshot);
}

/* With the lines of the log from its beginning */
static void each_report_is_a_finding(void **state)
{
	static const char *const texts[] = {
		"cxl exercise-autoremove: trial 1: host",
		"------------[ cut here ]------------",
		"WARNING: accel.c:164 at lab_accel_remove+0x42/0x80 [cxl_lab_accel], CPU#0: cxl/5",
		"---[ end trace 0000000000000000 ]---",
		"accel: removed",
	};
	struct observed_line lines[5] = {0};
	const struct observed observed = {.log = lines, .nr_log = 5, .lost_log = true};
	struct outcome outcome = {0};
	uint64_t taint = UINT64_MAX;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		lines[i] = (struct observed_line){(char *)texts[i], kmsg_splat(texts[i])};
	judge_log(&outcome, &observed, &taint);
	assert_int_equal(taint, judge_taint());
	assert_true(outcome.log_lost);
	assert_int_equal(outcome.nr_findings, 1);
	assert_null(strstr(outcome.findings[0].detail, "trial 1"));
	assert_non_null(strstr(outcome.findings[0].detail, "at lab_accel_remove+0x42"));
	assert_string_equal(findings(&outcome), "splat: warning lab_accel_remove; ");
	assert_false(judge_is_broken(&observed));
}

/* A taint that no report explains is a separate finding. */
static void a_taint_is_a_finding(void **state)
{
	const struct observed observed = {0};
	struct outcome outcome = {0};
	uint64_t taint = 0, now = judge_taint();
	_cleanup_free_ char *expected = xasprintf("taint: taint %ju; ", (uintmax_t)now);

	(void)state;
	judge_log(&outcome, &observed, &taint);
	assert_string_equal(findings(&outcome), now ? expected : "");
	judge_log(&outcome, &observed, &taint);
	assert_string_equal(findings(&outcome), "");
}

static void after_an_oops_locks_may_be_held(void **state)
{
	static const char oops[] =
		"BUG: kernel NULL pointer dereference, address: 0000000000000010";
	struct observed_line line = {(char *)oops, kmsg_splat(oops)};
	const struct observed observed = {.log = &line, .nr_log = 1};

	(void)state;
	assert_true(judge_is_broken(&observed));
}

/* The kernel shows nothing about a process that has ended. */
static void a_process_that_is_stuck_stops_all(void **state)
{
	struct outcome outcome = {0};
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	judge_stuck(&outcome, "host", pid, 60000000);
	assert_true(outcome.stop);
	assert_non_null(strstr(outcome.findings[0].detail, "host"));
	assert_non_null(strstr(outcome.findings[0].detail, "60 s"));
	assert_string_equal(findings(&outcome), "stuck: stuck somewhere; ");
}

/* mem0 was to be detached, and everything is gone except its region. */
static void what_stays_is_a_finding(void **state)
{
	static const char *const gone[] = {"endpoint2", "decoder2.0", "mem0", NULL};
	struct expected_host host = {.host = "0000:11:00.0", .bus = "pci", .driver = "sfc"};
	struct baseline baseline = {.hosts = &host, .nr_hosts = 1};
	const struct observed observed = {0};
	struct outcome outcome = {0};
	struct plan plan;

	(void)state;
	small_machine(&baseline.first, nothing);
	small_machine(&baseline.last, gone);
	plan_of(&baseline.first, METHOD_MEMDEV, &plan);
	judge_detach(&outcome, &baseline, &plan, &observed);
	assert_string_equal(findings(&outcome), "check: check region-gone; ");
	plan_release(&plan);
	snapshot_release(&baseline.first);
	snapshot_release(&baseline.last);
}

/* A decoder that no port counts is one that trials do not read. */
static void a_decoder_that_is_not_counted_is_a_finding(void **state)
{
	struct baseline baseline = {.all_counted = true};
	struct outcome outcome = {0};
	struct snapshot_decoder *decoder;

	(void)state;
	small_machine(&baseline.last, nothing);
	judge_uncounted(&outcome, &baseline);
	assert_int_equal(outcome.nr_findings, 0);
	decoder = snapshot_find_decoder(&baseline.last, "decoder1.0");
	decoder->port->nr_committed = 0;
	judge_uncounted(&outcome, &baseline);
	judge_uncounted(&outcome, &baseline);
	assert_int_equal(outcome.nr_findings, 1);
	assert_non_null(strstr(outcome.findings[0].detail, "decoder1.0 was altered"));
	assert_string_equal(findings(&outcome), "check: check nothing-else; ");
	decoder->region_name = NULL;
	decoder->size = 4096;
	judge_uncounted(&outcome, &baseline);
	assert_string_equal(findings(&outcome), "check: check nothing-else; ");
	decoder->size = 0;
	judge_uncounted(&outcome, &baseline);
	assert_string_equal(findings(&outcome), "");
	decoder->size = 4096;
	baseline.all_counted = false; /* it was so before */
	judge_uncounted(&outcome, &baseline);
	assert_string_equal(findings(&outcome), "");
	snapshot_release(&baseline.last);
}

static void numbers_that_grow_are_leaks(void **state)
{
	static const char *const without_ports[] = {"endpoint6", "port5", "region2", NULL};
	struct numbers before, now, limit;
	struct outcome outcome = {0};
	struct snapshot snapshot;

	(void)state;
	small_machine(&snapshot, without_ports);
	numbers_find(&snapshot, &before);
	numbers_limit(&snapshot, &limit);
	snapshot_release(&snapshot);
	assert_int_equal(before.highest[NUMBER_PORT], 4);
	assert_int_equal(before.highest[NUMBER_MEMDEV], 2);
	assert_int_equal(before.highest[NUMBER_REGION], 1);
	assert_false(numbers_exceed(&limit, &limit));
	now = limit;
	now.highest[NUMBER_REGION]++;
	assert_true(numbers_exceed(&now, &limit));
	numbers_note(&now, &limit, &outcome);
	assert_string_equal(findings(&outcome), "leak: leak of a region; ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exposure_is_a_finding_above_its_limit),
		cmocka_unit_test(each_report_is_a_finding),
		cmocka_unit_test(a_taint_is_a_finding),
		cmocka_unit_test(after_an_oops_locks_may_be_held),
		cmocka_unit_test(a_process_that_is_stuck_stops_all),
		cmocka_unit_test(what_stays_is_a_finding),
		cmocka_unit_test(a_decoder_that_is_not_counted_is_a_finding),
		cmocka_unit_test(numbers_that_grow_are_leaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
