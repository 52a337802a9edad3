// SPDX-License-Identifier: GPL-2.0-only
/*
 * The exerciser's baseline on a machine that cannot be read, or that has lost the memdev, between
 * two trials. The functions that read the machine and that run steps are wrapped (the linker's
 * --wrap).
 */
#include <errno.h>
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
#include "attach/model/step.h"
#include "attach/read/take.h"
#include "attach/reason/plan.h"
#include "exercise/baseline.h"
#include "exercise/judge.h"
#include "exercise/outcome.h"
#include "exercise/prepare.h"
#include "exercise/report/script-names.h"
#include "exercise/report/script.h"
#include "exercise/restore.h"
#include "exercise/watchdog.h"
#include "test/unit/small-machine.h"
#include "util/iomem.h"
#include "util/memory.h"

#define HOST "0000:11:00.0"

static const char *const whole[] = {NULL};
static const char *const detached[] = {"mem0", "endpoint2", "decoder2.0", "region0", NULL};

static const char *const *lacks; /* the devices that the machine lacks now */
static int error;		 /* the error of reading the machine */
static int nr_reads_until_error; /* the number of reads that succeed before */
static bool steps_help;		 /* binding the host attaches the memdev again */
static char done[2048];		 /* the steps that were run */

static bool miscounts; /* port1 does not count its decoder as committed */

static int take(struct snapshot *snapshot)
{
	if (error < 0 && nr_reads_until_error-- <= 0)
		return error;
	small_machine(snapshot, lacks);
	if (miscounts)
		snapshot_find_port(snapshot, "port1")->nr_committed = 0;
	return 0;
}

int __wrap_snapshot_take_devices(struct root root, struct snapshot *snapshot);
int __wrap_snapshot_take_devices(struct root root, struct snapshot *snapshot)
{
	(void)root;
	return take(snapshot);
}

static bool read_whole; /* how the machine was read last */

int __wrap_snapshot_take_again(const struct snapshot *before, struct sysfs_files *files,
			       const struct snapshot *like, struct snapshot *snapshot);
int __wrap_snapshot_take_again(const struct snapshot *before, struct sysfs_files *files,
			       const struct snapshot *like, struct snapshot *snapshot)
{
	(void)before;
	(void)files;
	read_whole = !like;
	return take(snapshot);
}

void __wrap_snapshot_add_modules(struct snapshot *snapshot);
void __wrap_snapshot_add_modules(struct snapshot *snapshot)
{
	(void)snapshot;
}

void __wrap_snapshot_read_dependents(struct snapshot *snapshot);
void __wrap_snapshot_read_dependents(struct snapshot *snapshot)
{
	(void)snapshot;
}

void __wrap_snapshot_read_reloads(struct snapshot *snapshot);
void __wrap_snapshot_read_reloads(struct snapshot *snapshot)
{
	(void)snapshot;
}

int __wrap_iomem_read(struct root root, struct iomem *iomem);
int __wrap_iomem_read(struct root root, struct iomem *iomem)
{
	(void)root;
	*iomem = (struct iomem){0};
	return -EPERM;
}

int __wrap_iomem_read_again(struct iomem_again *again);
int __wrap_iomem_read_again(struct iomem_again *again)
{
	(void)again;
	return -EPERM;
}

char *__wrap_driver_of(struct root root, const char *bus, const char *device);
char *__wrap_driver_of(struct root root, const char *bus, const char *device)
{
	(void)root;
	(void)bus;
	(void)device;
	return NULL;
}

uint64_t __wrap_sysfs_read_number(int dirfd, const char *path);
uint64_t __wrap_sysfs_read_number(int dirfd, const char *path)
{
	(void)dirfd;
	(void)path;
	return error < 0 ? UINT64_MAX : 4;
}

int watchdog_do(struct watchdog *watchdog, struct outcome *outcome,
		const struct watchdog_task *task)
{
	(void)watchdog;
	(void)outcome;
	for (size_t i = 0; i < task->count; i++) {
		const struct step *step = &task->steps[i];

		if (step->action != STEP_BIND)
			continue;
		strcat(strcat(done, step->device), " ");
		if (steps_help && strcmp(step->device, HOST) == 0)
			lacks = whole;
	}
	return 0;
}

static void begin(struct baseline *baseline)
{
	lacks = whole;
	error = nr_reads_until_error = 0;
	steps_help = true;
	done[0] = '\0';
	assert_int_equal(baseline_open(baseline, HOST), 0);
}

/* Every actor can be prepared: none of them needs a memdev that does not exist. */
static void prepare_all(struct baseline *baseline)
{
	const uint64_t durations_us[NR_ACTORS] = {0};
	struct plan plan = {0};
	const struct preparation preparation = {
		.baseline = baseline, .durations_us = durations_us, .plan = &plan};

	for (int i = 0; i < NR_ACTORS; i++) {
		const struct race_case race_case = {SCENARIO_ALONE, {(enum actor)i}, 1};
		struct outcome outcome;

		free(prepare_trial(&preparation, &race_case, &(struct trial){0}, &outcome));
		outcome_release(&outcome);
	}
	plan_release(&plan);
}

static void stays_where_it_cannot_be_renewed(void **state)
{
	struct baseline baseline;

	(void)state;
	begin(&baseline);
	error = -EMFILE;
	/* The first snapshot has the error, then the second one. */
	for (int reads = 0; reads < 2; reads++) {
		nr_reads_until_error = reads;
		assert_int_equal(baseline_renew(&baseline), -EMFILE);
		assert_non_null(baseline_memdev(&baseline));
		assert_ptr_equal(baseline.answers.snapshot, &baseline.first);
		prepare_all(&baseline);
	}
	baseline_close(&baseline);
}

static void stays_where_the_memdev_is_gone(void **state)
{
	struct baseline baseline;

	(void)state;
	begin(&baseline);
	lacks = detached;
	assert_int_equal(baseline_renew(&baseline), -ENODEV);
	prepare_all(&baseline);
	assert_string_equal(baseline_memdev(&baseline)->name, "mem0");
	lacks = whole;
	assert_int_equal(baseline_renew(&baseline), 0);
	assert_ptr_equal(baseline.answers.snapshot, &baseline.first);
	prepare_all(&baseline);
	baseline_close(&baseline);
}

static void is_put_back_after_a_failure(void **state)
{
	const struct observed observed = {0};
	struct outcome outcome = {0};
	struct baseline baseline;

	(void)state;
	begin(&baseline);
	lacks = detached;
	assert_int_equal(baseline_put_back(&baseline, NULL, &observed, &outcome), 0);
	assert_non_null(strstr(done, HOST));
	assert_int_equal(outcome.nr_findings, 0);
	done[0] = '\0';
	assert_int_equal(baseline_put_back(&baseline, NULL, &observed, &outcome), 0);
	assert_string_equal(done, "");
	baseline_close(&baseline);
	outcome_release(&outcome);
}

static void is_put_back_without_being_read(void **state)
{
	const struct observed observed = {0};
	struct outcome outcome = {0};
	struct baseline baseline;

	(void)state;
	begin(&baseline);
	lacks = detached;
	error = -EMFILE;
	assert_int_equal(baseline_put_back(&baseline, NULL, &observed, &outcome), -EMFILE);
	assert_non_null(strstr(done, HOST));
	assert_ptr_equal(lacks, whole);
	baseline_close(&baseline);
	outcome_release(&outcome);
}

static void finds_no_taint_that_it_cannot_read(void **state)
{
	const struct observed observed = {0};
	struct outcome outcome = {0};
	uint64_t taint = 4;

	(void)state;
	error = -EMFILE;
	judge_log(&outcome, &observed, &taint);
	assert_int_equal(outcome.nr_findings, 0);
	assert_true(taint == 4);
	error = 0;
	taint = 0;
	judge_log(&outcome, &observed, &taint);
	assert_int_equal(outcome.nr_findings, 1);
	assert_true(taint == 4);
	outcome_release(&outcome);
}

/* What is left unread in a trial is read in another one, and where it matters at once. */
static void reads_everything_regularly(void **state)
{
	struct baseline baseline;
	int nr_whole = 0;

	(void)state;
	begin(&baseline);
	assert_true(baseline.all_counted);
	for (int i = 0; i < 33; i++) {
		baseline_begin_trial(&baseline, true, false);
		assert_int_equal(baseline_observe(&baseline, WITH_ADDRESSES), 0);
		assert_int_equal(read_whole, baseline.whole);
		nr_whole += baseline.whole;
		assert_true(baseline.whole || i % 16 != 0);
	}
	assert_int_equal(nr_whole, 3);
	baseline_begin_trial(&baseline, true, false);
	baseline_whole(&baseline);
	assert_int_equal(baseline_observe(&baseline, WITHOUT_ADDRESSES), 0);
	assert_true(read_whole);
	baseline_begin_trial(&baseline, false, false);
	assert_true(baseline.whole);
	baseline_begin_trial(&baseline, true, true);
	assert_true(baseline.whole);
	baseline_close(&baseline);
}

/* If a port does not count a decoder from the beginning, nothing is concluded from its count. */
static void reads_everything_where_ports_count_wrongly(void **state)
{
	struct baseline baseline;

	(void)state;
	miscounts = true;
	begin(&baseline);
	assert_false(baseline.all_counted);
	baseline_begin_trial(&baseline, true, false);
	baseline_begin_trial(&baseline, true, false);
	assert_true(baseline.whole);
	baseline_close(&baseline);
	miscounts = false;
}

/*
 * The output of the script goes to a file, and its lines about processors run with another taskset.
 */
static void script_takes_an_allowed_processor(void **state)
{
	static const char command[] =
		"taskset() { [ $# -gt 2 ] && echo \"to $2\" >&2 || echo \"pid 7's current affinity "
		"list: $list\"; }; lines=$(grep taskset %s); for list in 0 0-3 0,2-5,9 3,11-12; do "
		"eval \"$lines\"; done 2>&1 | paste -sd,";
	const uint64_t durations_us[NR_ACTORS] = {0};
	const struct race_case race_case = {SCENARIO_RACE, {ACTOR_HOST, ACTOR_MEMDEV}, 2};
	const struct trial trial = {.interleaving = INTERLEAVING_ONE_CPU};
	char path[] = "/tmp/test-script-XXXXXX", text[sizeof(command) + sizeof(path)], answer[64];
	int file = mkstemp(path), out = dup(STDOUT_FILENO);
	struct plan plan = {0};
	struct outcome outcome;
	struct baseline baseline;
	const struct preparation preparation = {
		.baseline = &baseline, .durations_us = durations_us, .plan = &plan};
	FILE *bash;

	(void)state;
	begin(&baseline);
	assert_null(prepare_trial(&preparation, &race_case, &trial, &outcome));
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	script_print(&(struct script){.baseline = &baseline,
				      .durations_us = durations_us,
				      .race_case = &race_case,
				      .prepared = &outcome,
				      .trials = 1});
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	snprintf(text, sizeof(text), command, path);
	bash = popen(text, "r");
	assert_non_null(bash);
	assert_non_null(fgets(answer, sizeof(answer), bash));
	assert_int_equal(pclose(bash), 0);
	assert_string_equal(answer, "to 0,to 3,to 9,to 12\n");
	unlink(path);
	close(file);
	close(out);
	outcome_release(&outcome);
	plan_release(&plan);
	baseline_close(&baseline);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(stays_where_it_cannot_be_renewed),
		cmocka_unit_test(stays_where_the_memdev_is_gone),
		cmocka_unit_test(is_put_back_after_a_failure),
		cmocka_unit_test(is_put_back_without_being_read),
		cmocka_unit_test(reads_everything_regularly),
		cmocka_unit_test(reads_everything_where_ports_count_wrongly),
		cmocka_unit_test(script_takes_an_allowed_processor),
		cmocka_unit_test(finds_no_taint_that_it_cannot_read),
	};

	return cmocka_run_group_tests_name("baseline", tests, NULL, NULL);
}
