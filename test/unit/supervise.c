// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process that makes the exerciser's trials, and the process that waits for it: what happens to
 * the log and the locks, however either of them ends. The trials are the test's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/act/lock.h"
#include "exercise/exercise.h"
#include "exercise/outcome.h"
#include "exercise/race.h"
#include "exercise/restore.h"
#include "exercise/run-script.h"
#include "exercise/run-wait.h"
#include "exercise/run.h"
#include "exercise/schedule.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/kmsg.h"
#include "util/records.h"

static char top[] = "/tmp/test-supervise-XXXXXX";
static char log_path[64];

/* Shared by both processes and the test */
static struct shared {
	volatile pid_t pid;	     /* the process that makes the trials */
	volatile size_t trials;	     /* the number of trials that have begun */
	volatile size_t nr_restored; /* the number of trials that have ended normally */
	volatile uint64_t trial_us;  /* the duration of each trial */
	volatile bool hangs;	     /* the next trial does not return */
} *shared;

int exercise_open(struct exercise *exercise, const char *host, const char **what)
{
	(void)exercise;
	(void)host;
	(void)what;
	shared->pid = getpid();
	return 0;
}

void exercise_close(struct exercise *exercise)
{
	(void)exercise;
}

char *exercise_prepare(struct exercise *exercise, const struct race_case *race_case,
		       const struct trial *trial, struct outcome *outcome)
{
	(void)exercise;
	(void)trial;
	*outcome = (struct outcome){.nr_operations = 1};
	outcome->operations[0].actor = race_case->actors[0];
	return NULL;
}

char *exercise_check(struct exercise *exercise)
{
	(void)exercise;
	return NULL;
}

int exercise_run(struct exercise *exercise, const struct race_case *race_case,
		 struct outcome *outcome)
{
	(void)exercise;
	(void)race_case;
	(void)outcome;
	shared->trials++;
	while (shared->hangs)
		clock_wait(clock_now() + 10000);
	clock_wait(clock_now() + shared->trial_us);
	shared->nr_restored++;
	return 0;
}

int exercise_look(struct exercise *exercise, struct outcome *outcome)
{
	(void)exercise;
	(void)outcome;
	return 0;
}

int run_print_script(struct exercise *exercise, struct schedule *schedule, uint64_t trials,
		     enum script_language language, char **why)
{
	(void)exercise;
	(void)schedule;
	(void)trials;
	(void)language;
	(void)why;
	return 0;
}

void __wrap_kmsg_say(int fd, const char *text);
void __wrap_kmsg_say(int fd, const char *text)
{
	(void)fd;
	(void)text;
}

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(top) || setenv("CXL_STATE_DIR", top, 1) < 0)
		return -1;
	snprintf(log_path, sizeof(log_path), "%s/log", top);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return shared == MAP_FAILED ? -1 : 0;
}

static int remove_directory(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

/* Run in a process of its own, as main() does; its exit status is 1 if run_supervise() failed */
static pid_t start(uint64_t trials, uint64_t trial_us, double timeout, double grace)
{
	pid_t pid;

	memset(shared, 0, sizeof(*shared));
	shared->trial_us = trial_us;
	unlink(log_path);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct schedule schedule;
		struct command_lock lock;
		struct run_settings settings = {
			.host = "host",
			.schedule = &schedule,
			.trials = trials,
			.timeout = timeout,
			.grace = grace,
			.log = records_open(log_path),
			.lock = &lock,
		};
		char *why = NULL;

		schedule_open(&schedule, 1);
		schedule_add(&schedule, SCENARIO_ALONE, 1U << ACTOR_HOST);
		if (command_lock(&lock, &why) < 0)
			_exit(9);
		/* The messages are not TAP. */
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		_exit(run_supervise(&settings) < 0);
	}
	return pid;
}

static void until_trial(size_t number)
{
	for (uint64_t end = clock_now() + 20000000; shared->trials < number; usleep(1000))
		assert_true(clock_now() < end);
}

static int status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Return "how" of the last record, if that is the end */
static char *last_end(void)
{
	struct json_object *records = records_read(log_path), *last, *how = NULL;
	char *text;

	assert_non_null(records);
	last = json_object_array_get_idx(records, json_length(records) - 1);
	json_object_object_get_ex(last, "how", &how);
	text = strdup(how ? json_object_get_string(how) : "none");
	json_object_put(records);
	return text;
}

static void assert_end(const char *how)
{
	_cleanup_free_ char *end = last_end();

	assert_string_equal(end, how);
}

/* Return what another command finds: 0, or -EWOULDBLOCK with the holder of a lock in *why */
static int try_lock(char **why)
{
	struct command_lock lock;
	int rc;

	*why = NULL;
	rc = command_lock(&lock, why);
	if (rc == 0)
		command_unlock(&lock);
	return rc;
}

static void assert_unlocked_soon(void)
{
	uint64_t end = clock_now() + 10000000;
	int rc;

	do {
		_cleanup_free_ char *why = NULL;

		rc = try_lock(&why);
	} while (rc < 0 && clock_now() < end);
	assert_int_equal(rc, 0);
}

static bool is_there(pid_t pid)
{
	char path[32], state = '\0';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(file);
	return state != 'Z' && state != 'X';
}

static void all_trials_are_made(void **state)
{
	(void)state;
	assert_int_equal(status_of(start(3, 1000, 1, 1)), 0);
	assert_int_equal(shared->nr_restored, 4); /* including the measurement */
	assert_end("complete");
	assert_unlocked_soon();
}

/* The longest time that a trial takes by itself, phase by phase, must be within the limit. */
static void waits_longer_than_a_trial_may_take(void **state)
{
	const double race = RACE_LIMITS, flush = 1, restore = RESTORE_LIMITS, again = 1, blind = 1;

	(void)state;
	assert_true(run_limit(30, 0) >=
		    30 * (race + flush + restore + again + restore + blind + restore));
	assert_true(run_limit(30, 5) >= run_limit(30, 0) + 5);
}

/* Trials that together take longer than the limit, which holds for each of them */
static void waits_as_long_as_the_log_grows(void **state)
{
	(void)state;
	assert_int_equal(status_of(start(4, 1200000, 0.01, 2)), 0);
	assert_end("complete");
}

static void leaves_behind_what_does_not_return(void **state)
{
	pid_t pid = start(100, 20000, 0.01, 1.5), left;
	off_t size;
	int log;

	(void)state;
	until_trial(3);
	shared->hangs = true;
	assert_int_equal(status_of(pid), 0);
	left = shared->pid;
	assert_end("stopped");
	log = open(log_path, O_RDONLY);
	size = lseek(log, 0, SEEK_END);
	/* It was killed: even if it returns, it makes no trial, and writes no record. */
	shared->hangs = false;
	for (uint64_t end = clock_now() + 5000000; is_there(left); usleep(1000))
		assert_true(clock_now() < end);
	assert_int_equal(lseek(log, 0, SEEK_END), size);
	close(log);
	assert_unlocked_soon();
}

/* SIGTERM or SIGINT to the waiting process alone: the trial ends, and then the run */
static void ends_after_the_trial_when_told_to(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		pid_t pid = start(1000, 200000, 1, 5);

		until_trial(3);
		kill(pid, signals[i]);
		assert_int_equal(status_of(pid), 0);
		assert_int_equal(shared->nr_restored, shared->trials);
		assert_true(shared->trials < 20);
		assert_end("interrupted");
		assert_unlocked_soon();
	}
}

/* The other process ends the trial, and holds the lock of the steps until then. */
static void ends_after_the_trial_when_the_waiting_one_is_killed(void **state)
{
	pid_t pid = start(1000, 3000000, 5, 5);
	_cleanup_free_ char *why = NULL, *expected = NULL;

	(void)state;
	until_trial(2);
	kill(pid, SIGKILL);
	assert_int_equal(status_of(pid), -1);
	assert_int_equal(try_lock(&why), -EWOULDBLOCK);
	assert_true(asprintf(&expected,
			     "another command's step is still in the kernel (process %d, "
			     "reading the devices)",
			     (int)shared->pid) > 0);
	assert_string_equal(why, expected);
	assert_unlocked_soon();
	assert_int_equal(shared->nr_restored, shared->trials);
	assert_int_equal(shared->trials, 2);
	assert_end("interrupted");
}

static void says_that_the_other_one_was_killed(void **state)
{
	pid_t pid = start(1000, 500000, 5, 5);

	(void)state;
	until_trial(3);
	kill(shared->pid, SIGKILL);
	assert_int_equal(status_of(pid), 1);
	assert_end("failed");
	assert_unlocked_soon();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_trials_are_made),
		cmocka_unit_test(waits_longer_than_a_trial_may_take),
		cmocka_unit_test(waits_as_long_as_the_log_grows),
		cmocka_unit_test(leaves_behind_what_does_not_return),
		cmocka_unit_test(ends_after_the_trial_when_told_to),
		cmocka_unit_test(ends_after_the_trial_when_the_waiting_one_is_killed),
		cmocka_unit_test(says_that_the_other_one_was_killed),
	};

	return cmocka_run_group_tests_name("supervise", tests, make_directory, remove_directory);
}
