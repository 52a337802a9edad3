// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>

#include "attach/act/watch.h"
#include "attach/act/worker.h"
#include "attach/model/observed.h"
#include "exercise/cpu-hog.h"
#include "exercise/judge.h"
#include "exercise/outcome.h"
#include "exercise/race.h"
#include "util/clock.h"

/* The time for each worker from its instructions to the barrier at which all start */
#define TO_BARRIER_US 3000

static int start_workers(struct race *race, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!race->workers[i])
			race->workers[i] = worker_start(PREPARE_NOTHING, 0);
		if (!race->workers[i])
			return -errno;
	}
	return 0;
}

static void drop_worker(struct race *race, size_t i)
{
	worker_end(race->workers[i]);
	race->workers[i] = NULL;
}

void race_end(struct race *race)
{
	for (size_t i = 0; i < 2 * NR_ACTORS; i++)
		drop_worker(race, i);
}

struct waiting {
	const struct observed *observed;
	uint64_t broken_us; /* when the kernel was first seen to be broken; 0: never */
};

/*
 * After a process has died in the kernel, other workers can still return, unless they wait for it.
 */
static bool is_worth_waiting(void *data, uint64_t us)
{
	struct waiting *waiting = data;

	if (waiting->broken_us == 0 && judge_is_broken(waiting->observed))
		waiting->broken_us = us;
	return waiting->broken_us == 0 || us < waiting->broken_us + AFTER_BREAK_US;
}

static bool is_one_running(struct worker *const *workers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (worker_poll(workers[i]) == 0 && worker_is_running(workers[i]))
			return true;
	}
	return false;
}

/*
 * A process that still runs is not stuck, and may hold a lock that another worker waits for. Each
 * round therefore extends the wait, up to RACE_LIMITS times.
 */
static int wait_for_workers(struct race *race, size_t count, uint64_t until_us)
{
	struct waiting waiting = {&race->watch->observed, 0};
	int rc;

	for (int i = 0; i < RACE_LIMITS; i++, until_us += race->limit_us) {
		rc = watch_workers(race->watch, race->workers, count, until_us, is_worth_waiting,
				   &waiting);
		if (rc != -ETIME || waiting.broken_us || !is_one_running(race->workers, count))
			break;
	}
	return rc;
}

static int start_operation(struct race *race, struct worker **worker,
			   const struct operation *operation, uint64_t start_us)
{
	const struct worker_terms terms = {
		.start_us = start_us + operation->delay_us,
		.priority = operation->priority,
		.cpu = race->cpu,
		.until_us = operation->lasts_us ? start_us + operation->lasts_us : 0,
		.pause_us = operation->pause_us,
		.quiet = true,
		.direct = true,
		.nr_often = operation->nr_often,
	};

	return worker_do(worker, operation->steps, operation->nr_steps, &terms);
}

/*
 * Start all operations from one barrier, and wait for them. @begun is the number of those started.
 */
static int run_operations(struct race *race, const struct outcome *outcome, size_t *begun)
{
	uint64_t start, last = 0;
	struct cpu_hog hog = {0};
	int rc = 0, waited;

	*begun = 0;
	if (outcome->busy)
		cpu_hog_start(&hog, clock_now() + race->limit_us);
	start = clock_now() + TO_BARRIER_US * outcome->nr_operations;
	while (*begun < outcome->nr_operations && rc == 0) {
		const struct operation *operation = &outcome->operations[*begun];

		rc = start_operation(race, &race->workers[*begun], operation, start);
		last = operation->delay_us > last ? operation->delay_us : last;
		*begun += rc == 0;
	}
	/* No started worker may run on while this process does something else. */
	waited = wait_for_workers(race, *begun,
				  start + last + outcome->operations[0].lasts_us + race->limit_us);
	cpu_hog_end(&hog);
	return rc ?: waited;
}

int race_run(struct race *race, struct outcome *outcome)
{
	size_t begun = 0;
	bool broken;
	int rc = start_workers(race, outcome->nr_operations);

	if (rc == 0)
		rc = run_operations(race, outcome, &begun);
	broken = judge_is_broken(&race->watch->observed);
	outcome->stop |= broken;
	/*
	 * Decide which worker is a finding. A killed worker has done a part of its operation. A
	 * worker that waits for one that died in the kernel is not a finding of its own.
	 */
	for (size_t i = 0; i < begun; i++) {
		struct operation *operation = &outcome->operations[i];
		int done = worker_poll(race->workers[i]);

		outcome_time(operation, worker_steps(race->workers[i]), operation->nr_steps);
		if (done == 0 && rc == -ETIME && !broken)
			judge_stuck(outcome, actor_name(operation->actor),
				    worker_pid(race->workers[i]), race->limit_us);
		if (done != 1)
			drop_worker(race, i);
	}
	if (outcome->stop)
		return -EIO;
	return rc == -ETIME || rc == -ECHILD ? 0 : rc;
}
