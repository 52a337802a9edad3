// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <string.h>

#include "attach/model/step.h"
#include "exercise/exercise.h"
#include "exercise/health.h"
#include "exercise/judge.h"
#include "exercise/outcome.h"
#include "exercise/prepare.h"
#include "exercise/restore.h"
#include "exercise/watchdog.h"
#include "util/memory.h"

/* Events are read rarely, because a race must run as it does without an observer. */
#define GRAIN_US 5000

static int start_watchdog(struct exercise *exercise)
{
	const struct watchdog_settings settings = {
		.watch = &exercise->watch,
		.limit_us = exercise->limit_us,
		.exposure_limit_us = exercise->exposure_limit_us,
		.taint = &exercise->taint,
		.lost = exercise->lost,
		.lost_data = exercise->lost_data,
	};

	return watchdog_start(&settings, &exercise->watchdog);
}

int exercise_open(struct exercise *exercise, const char *host, const char **what)
{
	int rc;

	*what = "the CXL devices";
	rc = baseline_open(&exercise->baseline, host);
	if (rc < 0)
		return rc;
	rc = watch_open(&exercise->watch, NULL, what);
	if (rc < 0) {
		baseline_close(&exercise->baseline);
		return rc;
	}
	rc = start_watchdog(exercise);
	if (rc < 0) {
		*what = "the time, by another thread";
		watch_close(&exercise->watch);
		baseline_close(&exercise->baseline);
		return rc;
	}
	watch_listen(&exercise->watch, false);
	exercise->watch.grain_us = GRAIN_US;
	exercise->race.watch = &exercise->watch;
	exercise->race.limit_us = exercise->limit_us;
	exercise->race.cpu = exercise->cpu;
	numbers_limit(&exercise->baseline.first, &exercise->limit);
	exercise->taint = judge_taint();
	return 0;
}

void exercise_close(struct exercise *exercise)
{
	race_end(&exercise->race);
	watchdog_end(exercise->watchdog);
	watch_close(&exercise->watch);
	plan_release(&exercise->plan);
	baseline_close(&exercise->baseline);
}

char *exercise_prepare(struct exercise *exercise, const struct race_case *race_case,
		       const struct trial *trial, struct outcome *outcome)
{
	const struct preparation preparation = {
		.baseline = &exercise->baseline,
		.durations_us = exercise->durations_us,
		.plan = &exercise->plan,
	};

	return prepare_trial(&preparation, race_case, trial, outcome);
}

static int restore(struct exercise *exercise, struct outcome *outcome)
{
	return baseline_restore(&exercise->baseline, exercise->watchdog, &exercise->watch.observed,
				outcome);
}

/* Detach, and verify the detach */
static int detach_alone(struct exercise *exercise, struct outcome *outcome)
{
	const struct plan *plan = &exercise->plan;
	const struct observed *observed = &exercise->watch.observed;
	struct operation *operation = &outcome->operations[0];
	const struct watchdog_task task = {
		.steps = plan->steps,
		.count = plan->nr_steps,
		.who = actor_name(operation->actor),
		.exposing = plan_excludes_exposure(plan->method) ? NULL : plan,
	};
	int rc = watchdog_do(exercise->watchdog, outcome, &task);

	outcome_time(operation, observed->steps, observed->nr_steps);
	if (rc == 0)
		rc = baseline_observe(&exercise->baseline, WITH_ADDRESSES);
	if (rc < 0)
		return rc;
	judge_detach(outcome, &exercise->baseline, plan, observed);
	judge_exposure(outcome, plan, observed, exercise->exposure_limit_us);
	return 0;
}

static int reattach_alone(struct exercise *exercise, struct outcome *outcome)
{
	const struct observed *observed = &exercise->watch.observed;
	struct operation *operation = &outcome->operations[0];
	const struct watchdog_task task = {
		.steps = exercise->plan.undo,
		.count = exercise->plan.nr_undo,
		.who = actor_name(operation->actor),
	};
	int rc = watchdog_do(exercise->watchdog, outcome, &task);

	outcome_time(operation, observed->steps, observed->nr_steps);
	return rc;
}

static bool detaches_alone(const struct race_case *race_case)
{
	return race_case->scenario == SCENARIO_ALONE && actor_detaches(race_case->actors[0]);
}

static int wait_for_kernel(struct exercise *exercise, struct outcome *outcome)
{
	const struct step flush = {.action = STEP_FLUSH};
	const struct watchdog_task task = {
		.steps = &flush,
		.count = 1,
		.who = "waiting for the kernel",
	};

	return watchdog_do(exercise->watchdog, outcome, &task);
}

/* Run the operations, then wait until the kernel has completed its part of them */
static int act(struct exercise *exercise, const struct race_case *race_case,
	       struct outcome *outcome)
{
	/* For an actor that is alone, the watchdog has waited after each step. */
	if (detaches_alone(race_case))
		return detach_alone(exercise, outcome) ?: reattach_alone(exercise, outcome);
	return race_run(&exercise->race, outcome) ?: wait_for_kernel(exercise, outcome);
}

/*
 * The kernel may have created a device before it released the number of the previous one. Detach
 * and reattach once more, without a race.
 */
static int detach_again(struct exercise *exercise, struct outcome *outcome)
{
	const struct snapshot_host *host = &baseline_memdev(&exercise->baseline)->host;
	const struct step steps[] = {
		{.action = STEP_UNBIND,
		 .bus = host->subsystem,
		 .driver = host->driver,
		 .device = host->name},
		{.action = STEP_BIND,
		 .bus = host->subsystem,
		 .driver = host->driver,
		 .device = host->name},
	};
	const struct watchdog_task task = {
		.steps = steps,
		.count = 2,
		.who = "detaching the host once more",
	};
	int rc = watchdog_do(exercise->watchdog, outcome, &task);

	if (rc == 0)
		rc = baseline_observe(&exercise->baseline, WITHOUT_ADDRESSES);
	return rc == 0 ? restore(exercise, outcome) : rc;
}

static int judge_numbers(struct exercise *exercise, struct outcome *outcome)
{
	const struct snapshot *first = &exercise->baseline.first;
	struct numbers numbers;
	int rc;

	numbers_find(first, &numbers);
	if (!numbers_exceed(&numbers, &exercise->limit)) {
		/*
		 * A late release lowers the limit again, so that a new leak of that number is
		 * found.
		 */
		exercise->limit.highest[NUMBER_MEMDEV] = numbers.highest[NUMBER_MEMDEV];
		return 0;
	}
	rc = detach_again(exercise, outcome);
	numbers_find(first, &numbers);
	if (rc < 0 || outcome->stop || !numbers_exceed(&numbers, &exercise->limit))
		return rc;
	numbers_note(&numbers, &exercise->limit, outcome);
	numbers_limit(first, &exercise->limit);
	return 0;
}

static int check_health(struct exercise *exercise, struct outcome *outcome)
{
	return health_check(exercise->check, baseline_memdev(&exercise->baseline),
			    exercise->limit_us, outcome);
}

char *exercise_check(struct exercise *exercise)
{
	struct outcome outcome = {0};
	int rc = check_health(exercise, &outcome);
	char *why = NULL;

	if (rc < 0)
		why = xasprintf("cannot run the command of --check: %s", strerror(-rc));
	else if (outcome.nr_findings > 0)
		why = xasprintf("the command of --check fails before anything is done (%s): %s",
				outcome.findings[0].signature, outcome.findings[0].detail);
	outcome_release(&outcome);
	return why;
}

int exercise_look(struct exercise *exercise, struct outcome *outcome)
{
	struct baseline *baseline = &exercise->baseline;
	int rc = 0;

	if (!baseline->whole) {
		baseline_whole(baseline);
		rc = baseline_observe(baseline, WITHOUT_ADDRESSES);
	}
	if (rc == 0)
		judge_uncounted(outcome, baseline);
	return rc;
}

/*
 * Once the kernel is at rest, test whether the baseline is restored, and restore it if it is not.
 * Where it is not, a new baseline may follow, which would hide what was not read.
 */
static int settle(struct exercise *exercise, bool alone, struct outcome *outcome)
{
	int rc = baseline_restore_surroundings(&exercise->baseline, exercise->watchdog, outcome);

	if (rc == 0)
		rc = baseline_observe(&exercise->baseline, WITHOUT_ADDRESSES);
	if (rc == 0 && alone &&
	    (exercise->baseline.whole || !baseline_is_restored(&exercise->baseline)))
		rc = exercise_look(exercise, outcome);
	if (rc < 0)
		return rc;
	if (!baseline_is_restored(&exercise->baseline))
		judge_quiet(outcome, &exercise->baseline);
	rc = restore(exercise, outcome);
	if (rc == 0 && !outcome->stop)
		rc = judge_numbers(exercise, outcome);
	return rc == 0 && !outcome->stop ? check_health(exercise, outcome) : rc;
}

int exercise_run(struct exercise *exercise, const struct race_case *race_case,
		 struct outcome *outcome)
{
	bool alone = detaches_alone(race_case);
	int rc;

	watch_forget(&exercise->watch);
	/* What trials before have left unread is not a result of this race. */
	rc = alone ? 0 : exercise_look(exercise, outcome);
	baseline_begin_trial(&exercise->baseline, alone, exercise->last);
	if (rc == 0)
		rc = act(exercise, race_case, outcome);
	if (rc == 0)
		rc = settle(exercise, alone, outcome);
	if (rc < 0 && !outcome->stop)
		exercise->unrestored = baseline_put_back(&exercise->baseline, exercise->watchdog,
							 &exercise->watch.observed, outcome) < 0;
	watch_drain(&exercise->watch);
	judge_log(outcome, &exercise->watch.observed, &exercise->taint);
	return outcome->stop ? 0 : rc;
}
