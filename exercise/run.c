// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "attach/act/lock.h"
#include "attach/act/settings.h"
#include "attach/model/step.h"
#include "exercise/exercise.h"
#include "exercise/outcome.h"
#include "exercise/pace.h"
#include "exercise/report/log.h"
#include "exercise/run-script.h"
#include "exercise/run-log.h"
#include "exercise/run-wait.h"
#include "exercise/run.h"
#include "exercise/schedule.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/kmsg.h"
#include "util/memory.h"

/* The state of the process that runs the trials, which may not return from the kernel */
struct run {
	const struct run_settings *settings;
	struct exercise exercise;
	struct pace pace;
	uint64_t findings;
	uint64_t result_us; /* the time of the latest result */
	struct run_log log;
	int kernel_log;		   /* for kmsg_say(); -1: none */
	const struct trial *trial; /* the current one; NULL: a measurement */
	struct outcome *outcome;   /* of this trial */
	int status;		   /* the file for its report: one byte */
};

/*
 * A thread of this process may stay in the kernel, and the process then stays with it. A reader of
 * the program's output, and a process that waits for its lock, must not wait for that thread.
 */
static void leave(const struct run *run, enum run_end end)
{
	const char byte = (char)end;
	ssize_t done;

	if (run->status > 0)
		close_range(0, (unsigned int)run->status - 1, 0);
	close_range((unsigned int)run->status + 1, ~0U, 0);
	done = write(run->status, &byte, 1);
	_exit(done == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/*
 * A result without findings is written together with the next record, which follows at once: the
 * disk then has to be waited for once a trial.
 */
static int note_result(struct run *run)
{
	uint64_t before_us = run->result_us;
	struct json_object *record;

	run->result_us = clock_now();
	run->findings += run->outcome->nr_findings;
	record = record_result(run->trial, run->outcome, run->result_us - before_us);
	return run->outcome->nr_findings > 0 || run->outcome->stop
		       ? run_log_add(&run->log, record)
		       : run_log_hold(&run->log, record);
}

static size_t total(const struct run *run)
{
	return run->settings->trials * run->settings->schedule->nr_cases;
}

/* Return the number of trials of the schedule or shard that are left after trial @number */
static double trials_left(const struct run *run, size_t number)
{
	const struct shard *shard = &run->settings->schedule->shard;

	return (double)(total(run) - number - 1) / (double)(shard->count ?: 1);
}

static void say_what_is_left(const struct run *run)
{
	if (run->exercise.unrestored)
		fprintf(stderr,
			NAME ": the machine may not be as it was: see cxl list-attach --all, and "
			     "cxl attach-memdev %s\n",
			run->settings->host);
}

static void say_failed(const struct run *run, int rc)
{
	fprintf(stderr, "%s" NAME ": cannot make a trial, or observe the machine after it: %s\n",
		isatty(STDERR_FILENO) ? "\r\033[K" : "", strerror(-rc));
	say_what_is_left(run);
}

/* Run prepared operations, and log the result; 0 or a negative errno. No @trial: a measurement */
static int run_one(struct run *run, const struct race_case *race_case, const struct trial *trial,
		   struct outcome *outcome)
{
	int rc, noted;

	run->trial = trial;
	run->outcome = outcome;
	rc = exercise_run(&run->exercise, race_case, outcome);
	if (rc < 0)
		say_failed(run, rc);
	/* A trial without a result would look as if the machine had died in it. */
	noted = note_result(run);
	return rc ?: noted;
}

/* Measure the time that one actor takes alone. Return: as run_trial() */
static int measure_actor(struct run *run, enum actor actor)
{
	const struct race_case race_case = {SCENARIO_ALONE, {actor}, 1};
	struct outcome outcome;
	_cleanup_free_ char *why =
		exercise_prepare(&run->exercise, &race_case, &(struct trial){0}, &outcome);
	const struct operation *operation = &outcome.operations[0];
	int rc = why ? -ENODEV : run_log_add(&run->log, record_measure(&outcome));

	if (why)
		fprintf(stderr, NAME ": %s\n", why);
	else if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K" NAME ": measuring how long %s takes", actor_name(actor));
	if (rc == 0)
		rc = run_one(run, &race_case, NULL, &outcome);
	if (rc == 0 && operation->ended_us > operation->begun_us)
		run->exercise.durations_us[actor] = operation->ended_us - operation->begun_us;
	/* An operation that the actor cannot do must not count as done. */
	if (rc == 0 && operation->rc == -EOPNOTSUPP) {
		fprintf(stderr, NAME ": %s is not supported here\n", actor_name(actor));
		rc = -EOPNOTSUPP;
	}
	if (rc == 0)
		rc = !outcome.stop;
	outcome_release(&outcome);
	return rc;
}

static int measure(struct run *run)
{
	actor_set actors =
		cases_actors(run->settings->schedule->cases, run->settings->schedule->nr_cases);
	int rc = 1;

	for (int i = 0; i < NR_ACTORS && rc == 1 && !run_is_interrupted(); i++) {
		if (actors & 1U << i)
			rc = measure_actor(run, (enum actor)i);
	}
	return rc;
}

/* Return: 1: continue; 0: this machine must not be used further; or a negative errno */
static int run_trial(struct run *run, const struct trial *trial)
{
	const struct race_case *race_case = &run->settings->schedule->cases[trial->race_case];
	struct outcome outcome;
	_cleanup_free_ char *why = exercise_prepare(&run->exercise, race_case, trial, &outcome);
	_cleanup_free_ char *mark = trial_mark(trial, race_case);
	int rc = why ? -ENODEV : run_log_add(&run->log, record_trial(trial, &outcome));

	if (why)
		fprintf(stderr, NAME ": %s\n", why);
	run->exercise.last = run->settings->trials && trials_left(run, trial->number) < 1;
	if (rc == 0) {
		kmsg_say(run->kernel_log, mark);
		rc = run_one(run, race_case, trial, &outcome);
	}
	if (rc == 0)
		rc = !outcome.stop;
	outcome_release(&outcome);
	return rc;
}

/* Return false if the time is over, or if no trial is left */
static bool next_trial(const struct run *run, struct trial *trial)
{
	const struct run_settings *settings = run->settings;

	if (run_is_interrupted() ||
	    (settings->duration > 0 && pace_seconds(&run->pace) >= settings->duration))
		return false;
	schedule_next(settings->schedule, trial);
	return settings->trials == 0 || trial->number < total(run);
}

/* Write the record of the end; @rc is as from run_trial() */
static int note_end(struct run *run, int rc)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	if (rc < 0)
		return run_log_add(&run->log, record_end("failed", strerror(-rc))) ?: rc;
	if (rc == 0)
		return run_log_add(&run->log,
				   record_end("stopped",
					      "the kernel may hold locks that it does not "
					      "release"));
	if (run_is_interrupted())
		fputs(NAME ": interrupted: the machine is as it was before the first trial\n",
		      stderr);
	return run_log_add(&run->log,
			   record_end(run_is_interrupted() ? "interrupted" : "complete", NULL));
}

/* Read what the last trial has left unread; a finding has its own record. Return: as run_trial() */
static int look_at_end(struct run *run, struct outcome *outcome)
{
	int rc = exercise_look(&run->exercise, outcome);

	if (rc < 0)
		say_failed(run, rc);
	run->trial = NULL;
	run->outcome = outcome;
	if (outcome->nr_findings > 0)
		rc = run_log_add(&run->log, record_measure(outcome)) ?: note_result(run);
	outcome_release(outcome);
	return rc ?: 1;
}

static int all_trials(struct run *run)
{
	const struct run_settings *settings = run->settings;
	struct outcome outcome = {0};
	struct trial trial;
	int rc = measure(run);

	pace_begin(&run->pace);
	run->kernel_log = kmsg_open_to_say();
	while (rc == 1 && next_trial(run, &trial)) {
		uint64_t before_us = clock_now();

		rc = run_trial(run, &trial);
		pace_add(&run->pace, &trial, clock_now() - before_us);
		pace_tell(&run->pace, run->findings,
			  settings->trials > 0 ? trials_left(run, trial.number) : -1,
			  settings->duration);
	}
	if (rc == 1)
		rc = look_at_end(run, &outcome);
	return note_end(run, rc);
}

/* Called by the watchdog's thread if the main thread does not return from the kernel */
static void lost(void *data)
{
	struct run *run = data;

	note_result(run);
	if (!run->settings->script)
		note_end(run, 0);
	leave(run, run->settings->script ? RUN_FAILED
		   : run->log.unwritten	 ? RUN_UNWRITTEN
					 : RUN_DONE);
}

/* Print what the first trial would do, as a script */
static int print_script(struct run *run)
{
	struct schedule *schedule = run->settings->schedule;
	_cleanup_free_ char *why = NULL;
	/* The times only determine how actors overlap, and an actor alone has no overlap. */
	int rc = schedule->cases[0].scenario == SCENARIO_ALONE ? 1 : measure(run);

	if (rc != 1)
		return rc < 0 ? rc : -EIO;
	rc = run_print_script(&run->exercise, schedule, run->settings->trials,
			      run->settings->script, &why);
	if (why)
		fprintf(stderr, NAME ": %s\n", why);
	return rc;
}

static int note_start(struct run *run)
{
	const struct run_settings *settings = run->settings;
	const struct log_start start = {
		.host = settings->host,
		.schedule = settings->schedule,
		.seed = settings->seed,
		.trials = settings->trials,
		.timeout = settings->timeout,
		.max_exposure = settings->max_exposure,
		.first = settings->first,
		.left_out = settings->left_out,
		.check = settings->check,
	};

	return run_log_start(&run->log, &start, settings->begun);
}

static int check_first(struct run *run)
{
	_cleanup_free_ char *why = exercise_check(&run->exercise);

	if (why)
		fprintf(stderr, NAME ": %s\n", why);
	return why ? -EINVAL : 0;
}

static int exercise(struct run *run)
{
	const struct run_settings *settings = run->settings;
	const char *what;
	int rc, flushed;

	run->result_us = clock_now();
	run->exercise.cpu = settings->cpu;
	run->exercise.check = settings->check;
	run->exercise.limit_us = (uint64_t)(settings->timeout * 1000000);
	run->exercise.exposure_limit_us = (uint64_t)(settings->max_exposure * 1000000);
	run->exercise.lost = lost;
	run->exercise.lost_data = run;
	rc = exercise_open(&run->exercise, settings->host, &what);
	if (rc < 0) {
		fprintf(stderr, NAME ": cannot read %s: %s\n", what, strerror(-rc));
		return rc;
	}
	schedule_skip(settings->schedule, settings->first);
	rc = check_first(run);
	if (rc == 0)
		rc = note_start(run);
	if (rc == 0)
		rc = settings->script ? print_script(run) : all_trials(run);
	exercise_close(&run->exercise);
	flushed = run_log_flush(&run->log);
	return rc ?: flushed;
}

/* Of the two locks, this process keeps only that of the steps. */
static void keep_step_lock(const struct command_lock *lock)
{
	if (!lock)
		return;
	close(lock->command);
	command_lock_note(lock->step, NULL);
}

/* Run in a process of its own. If its parent ends, it ends at the end of the current trial. */
static void do_all(struct run *run, pid_t parent)
{
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	keep_step_lock(run->settings->lock);
	rc = exercise(run);
	leave(run, rc >= 0 ? RUN_DONE : run->log.unwritten ? RUN_UNWRITTEN : RUN_FAILED);
}

/* Save the one setting that a trial changes beside the memdev: the driver autoprobe of PCI */
static int save_settings(const struct schedule *schedule)
{
	const struct step autoprobe = {.action = STEP_AUTOPROBE, .bus = "pci"};
	actor_set actors = cases_actors(schedule->cases, schedule->nr_cases);

	return actors & (1U << ACTOR_PCI_REMOVE | 1U << ACTOR_SLOT | 1U << ACTOR_LINK)
		       ? settings_save(&autoprobe, 1)
		       : 0;
}

/*
 * The process is in the kernel. SIGKILL ends it when it returns, before it can write to the log or
 * to anything else. Its workers begin no step after its end (attach/act/worker.h).
 */
static void abandon(struct run *run, pid_t pid)
{
	kill(pid, SIGKILL);
	fprintf(stderr, NAME ": process %d does not return from the kernel\n", (int)pid);
	run_log_add(&run->log, record_end("stopped", "it does not return from the kernel"));
}

/* The workers of the killed process begin no further step, but their steps have not been undone. */
static void say_killed(struct run *run, pid_t pid)
{
	fprintf(stderr, NAME ": process %d was killed\n", (int)pid);
	run->exercise.unrestored = true;
	say_what_is_left(run);
	run_log_add(&run->log,
		    record_end("failed", "the process that makes the trials was killed"));
}

static int supervise(const struct run_settings *settings)
{
	struct run run = {.settings = settings, .log = {.command = NAME, .fd = settings->log}};
	int status[2], rc;
	pid_t parent = getpid(), pid;

	if (pipe2(status, O_CLOEXEC) < 0)
		return -errno;
	run_catch_signals();
	pid = fork();
	rc = pid < 0 ? -errno : 0;
	run.status = status[1];
	if (pid == 0)
		do_all(&run, parent);
	close(status[1]);
	if (rc == 0)
		rc = run_wait(pid, status[0], settings->log,
			      run_limit(settings->timeout, settings->grace));
	close(status[0]);
	if (pid > 0 && rc == -ECHILD)
		say_killed(&run, pid);
	if (rc == -ETIME) {
		abandon(&run, pid);
		rc = 0;
	}
	return rc;
}

int run_supervise(const struct run_settings *settings)
{
	int rc = save_settings(settings->schedule), restored;

	if (rc == 0)
		rc = supervise(settings);
	restored = settings_restore();
	return rc ?: restored;
}
