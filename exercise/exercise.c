// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/act/worker.h"
#include "attach/model/step.h"
#include "exercise/exercise-private.h"
#include "util/memory.h"

/*
 * So many numbers more than there are devices can be taken: each root decoder keeps one for its
 * next region, and the kinds of ports share theirs. Memdevs do neither.
 */
#define NUMBERS_SPARE 4

/* A race is to go as it goes when nobody looks. */
#define GRAIN_US 5000

const struct snapshot_memdev *exercise_memdev(const struct exercise *exercise)
{
	return snapshot_memdev_of(&exercise->baseline, exercise->host);
}

/* "endpoint3": 3 */
static uint64_t number_of(const char *name)
{
	return strtoull(name + strcspn(name, "0123456789"), NULL, 10);
}

/* The kernel numbers all ports, whatever their kind, and memdevs and regions each on their own. */
static void highest_numbers(const struct snapshot *snapshot, uint64_t *numbers)
{
	memset(numbers, 0, 3 * sizeof(*numbers));
#define find_highest(kind, i)                                                                      \
	for (size_t at = 0; at < snapshot->nr_##kind; at++) {                                      \
		uint64_t number = number_of(snapshot->kind[at].name);                              \
		numbers[i] = number > numbers[i] ? number : numbers[i];                            \
	}
	find_highest(ports, 0);
	find_highest(memdevs, 1);
	find_highest(regions, 2);
#undef find_highest
}

/* The lowest number that is free is given: as long as all come back, they do not grow. */
static void allow_numbers(struct exercise *exercise)
{
	const struct snapshot *baseline = &exercise->baseline;

	highest_numbers(baseline, exercise->numbers);
	exercise->numbers[0] += baseline->nr_ports + NUMBERS_SPARE;
	exercise->numbers[2] += baseline->nr_regions + NUMBERS_SPARE;
}

static void leave(struct exercise *exercise)
{
	exercise_release_baseline(exercise);
	sysfs_files_release(&exercise->files);
	free(exercise->host);
}

int exercise_open(struct exercise *exercise, const char *host, const char **what)
{
	int rc;

	*what = "the CXL devices";
	exercise->host = memory_check(strdup(host));
	rc = exercise_observe_baseline(exercise);
	if (rc == 0 && !exercise_memdev(exercise))
		rc = -ENODEV;
	if (rc == 0)
		rc = watch_open(&exercise->watch, what);
	if (rc < 0) {
		leave(exercise);
		return rc;
	}
	rc = exercise_watchdog_start(exercise);
	if (rc < 0) {
		*what = "the time, by a thread of its own";
		watch_close(&exercise->watch);
		leave(exercise);
		return rc;
	}
	watch_listen(&exercise->watch, false);
	exercise->watch.grain_us = GRAIN_US;
	allow_numbers(exercise);
	exercise->taint = exercise_read_taint();
	return 0;
}

void exercise_close(struct exercise *exercise)
{
	for (int i = 0; i < 2 * NR_ACTORS; i++)
		worker_end(exercise->workers[i]);
	exercise_watchdog_end(exercise);
	watch_close(&exercise->watch);
	leave(exercise);
}

static bool has_more(const struct exercise *exercise, uint64_t *numbers)
{
	highest_numbers(&exercise->baseline, numbers);
	for (int i = 0; i < 3; i++) {
		if (numbers[i] > exercise->numbers[i])
			return true;
	}
	return false;
}

/* A device can have been made while its predecessor was still going: once more, in all quiet */
static int detach_again(struct exercise *exercise, struct outcome *outcome)
{
	const struct snapshot_host *host = &exercise_memdev(exercise)->host;
	const struct step steps[] = {
		{STEP_UNBIND, host->subsystem, host->driver, host->name, false},
		{STEP_BIND, host->subsystem, host->driver, host->name, false},
	};
	int rc = exercise_do(exercise, outcome, steps, 2, "taking the host down once more");

	if (rc == 0)
		rc = exercise_observe(exercise, NULL);
	return rc == 0 ? exercise_restore(exercise, outcome) : rc;
}

static int judge_numbers(struct exercise *exercise, struct outcome *outcome)
{
	static const char *const kinds[] = {"port", "memdev", "region"};
	uint64_t numbers[3];
	int rc;

	if (!has_more(exercise, numbers)) {
		/* What has been given back after all is not to be taken again. */
		exercise->numbers[1] = numbers[1];
		return 0;
	}
	rc = detach_again(exercise, outcome);
	if (rc < 0 || outcome->stop || !has_more(exercise, numbers))
		return rc;
	for (int i = 0; i < 3; i++) {
		if (numbers[i] > exercise->numbers[i])
			exercise_note(
				outcome, "leak", xasprintf("leak of a %s", kinds[i]),
				xasprintf("the highest number of a %s is %ju: lower ones have "
					  "not been given back",
					  kinds[i], (uintmax_t)numbers[i]));
	}
	allow_numbers(exercise);
	return 0;
}

/* Once the kernel has come to rest: is all as it was? If not, it is brought back. */
static int settle(struct exercise *exercise, struct outcome *outcome)
{
	int rc = exercise_observe(exercise, NULL);

	if (rc < 0)
		return rc;
	if (!exercise_is_restored(exercise))
		exercise_judge_quiet(exercise, outcome);
	rc = exercise_restore(exercise, outcome);
	return rc == 0 && !outcome->stop ? judge_numbers(exercise, outcome) : rc;
}

int exercise_run(struct exercise *exercise, const struct race_case *race_case,
		 struct outcome *outcome)
{
	int rc;

	watch_forget(&exercise->watch);
	rc = exercise_act(exercise, race_case, outcome);
	if (rc == 0)
		rc = settle(exercise, outcome);
	watch_drain(&exercise->watch);
	exercise_note_splats(exercise, outcome);
	return outcome->stop ? 0 : rc;
}
