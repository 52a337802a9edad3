// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>

#include "attach/act/worker.h"
#include "attach/model/observed.h"
#include "attach/model/step.h"
#include "exercise/cpu-hog.h"
#include "exercise/exercise-private.h"
#include "util/clock.h"

/* The time between telling the first worker and the barrier at which all start */
#define TO_BARRIER_US 3000

/* So many times as long as an actor may take, it is let run. */
#define LIMITS_AT_MOST 10

static void time_operation(struct operation *operation, const struct step_result *steps,
			   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 0 && !operation->begun_us)
			operation->begun_us = steps[i].begun_us;
		operation->ended_us = steps[i].ended_us;
		if (operation->rc == 0)
			operation->rc = steps[i].rc;
	}
}

/* Down, verified, and up again */
static int run_alone(struct exercise *exercise, struct outcome *outcome)
{
	const struct plan *plan = &exercise->plan;
	struct operation *operation = &outcome->operations[0];
	struct iomem iomem = {0};
	int rc;

	exercise->going_down = true;
	rc = exercise_do(exercise, outcome, plan->steps, plan->nr_steps,
			 actor_name(operation->actor));
	exercise->going_down = false;
	time_operation(operation, exercise->watch.observed.steps,
		       exercise->watch.observed.nr_steps);
	if (rc == 0)
		rc = exercise_observe(exercise, &iomem);
	if (rc < 0)
		return rc;
	exercise_judge_detach(exercise, outcome, &iomem);
	iomem_release(&iomem);
	rc = exercise_do(exercise, outcome, plan->undo, plan->nr_undo,
			 actor_name(operation->actor));
	time_operation(operation, exercise->watch.observed.steps,
		       exercise->watch.observed.nr_steps);
	return rc;
}

static int start_workers(struct exercise *exercise, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!exercise->workers[i])
			exercise->workers[i] = worker_start();
		if (!exercise->workers[i])
			return -errno;
	}
	return 0;
}

static void drop_worker(struct exercise *exercise, size_t i)
{
	worker_end(exercise->workers[i]);
	exercise->workers[i] = NULL;
}

struct race_end {
	const struct exercise *exercise;
	uint64_t broken_us; /* when the kernel was seen to be broken; 0: it was not */
};

/* The others can still come back, unless they wait for the one that has not */
static bool is_worth_waiting(void *data, uint64_t us)
{
	struct race_end *end = data;

	if (end->broken_us == 0 && exercise_is_broken(end->exercise))
		end->broken_us = us;
	return end->broken_us == 0 || us < end->broken_us + AFTER_BREAK_US;
}

static bool is_one_running(struct worker *const *workers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (worker_poll(workers[i]) == 0 && worker_is_running(workers[i]))
			return true;
	}
	return false;
}

/* Who still runs is not stuck, and gives back what the others wait for, but only for so long. */
static int wait_for_workers(struct exercise *exercise, size_t count, uint64_t until_us)
{
	struct race_end end = {exercise, 0};
	int rc;

	for (int i = 0; i < LIMITS_AT_MOST; i++, until_us += exercise->limit_us) {
		rc = watch_workers(&exercise->watch, exercise->workers, count, until_us,
				   is_worth_waiting, &end);
		if (rc != -ETIME || end.broken_us || !is_one_running(exercise->workers, count))
			break;
	}
	return rc;
}

/* All start from one barrier; each is waited for. The first @begun are those that were started. */
static int race(struct exercise *exercise, const struct outcome *outcome, size_t *begun)
{
	uint64_t start, last = 0;
	struct cpu_hog load = {0};
	int rc = 0, waited;

	*begun = 0;
	if (outcome->busy)
		cpu_hog_start(&load, clock_now() + exercise->limit_us);
	start = clock_now() + TO_BARRIER_US * outcome->nr_operations;
	while (*begun < outcome->nr_operations && rc == 0) {
		const struct operation *operation = &outcome->operations[*begun];

		rc = worker_do(
			&exercise->workers[*begun], operation->steps, operation->nr_steps,
			&(struct worker_terms){
				.start_us = start + operation->delay_us,
				.priority = operation->priority,
				.cpu = exercise->cpu,
				.until_us = operation->lasts_us ? start + operation->lasts_us : 0,
				.pause_us = operation->pause_us,
				.quiet = true,
				.direct = true,
				.nr_often = operation->nr_often});
		last = operation->delay_us > last ? operation->delay_us : last;
		*begun += rc == 0;
	}
	/* Those that have begun are not to go on while something else is done. */
	waited = wait_for_workers(exercise, *begun,
				  start + last + outcome->operations[0].lasts_us +
					  exercise->limit_us);
	cpu_hog_end(&load);
	return rc ?: waited;
}

static int run_race(struct exercise *exercise, struct outcome *outcome)
{
	size_t begun = 0;
	bool broken;
	int rc = start_workers(exercise, outcome->nr_operations);

	if (rc == 0)
		rc = race(exercise, outcome, &begun);
	broken = exercise_is_broken(exercise);
	outcome->stop |= broken;
	/*
	 * Which of them was it? A worker that somebody killed has done what it has done, and who
	 * waits for one that has died in the kernel shows nothing of its own.
	 */
	for (size_t i = 0; i < begun; i++) {
		struct operation *operation = &outcome->operations[i];
		int done = worker_poll(exercise->workers[i]);

		time_operation(operation, worker_steps(exercise->workers[i]), operation->nr_steps);
		if (done == 0 && rc == -ETIME && !broken)
			exercise_note_stuck(exercise, outcome, actor_name(operation->actor),
					    worker_pid(exercise->workers[i]));
		if (done != 1)
			drop_worker(exercise, i);
	}
	if (outcome->stop)
		return -EIO;
	return rc == -ETIME || rc == -ECHILD ? 0 : rc;
}

static int wait_for_kernel(struct exercise *exercise, struct outcome *outcome)
{
	const struct step flush = {.action = STEP_FLUSH};

	return exercise_do(exercise, outcome, &flush, 1, "waiting for the kernel");
}

int exercise_act(struct exercise *exercise, const struct race_case *race_case,
		 struct outcome *outcome)
{
	/* Each step of one that is alone has been waited for (watch_run()). */
	if (race_case->scenario == SCENARIO_ALONE && actor_detaches(race_case->actors[0]))
		return run_alone(exercise, outcome);
	return run_race(exercise, outcome) ?: wait_for_kernel(exercise, outcome);
}
