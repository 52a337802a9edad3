/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_EXERCISE_H
#define CXL_ATTACH_EXERCISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/reason/plan.h"
#include "attach/reason/evidence.h"
#include "exercise/schedule.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/act/watch.h"
#include "util/iomem.h"
#include "util/sysfs-files.h"

/*
 * Taking a memdev down in every way that there is, also in several at once, bringing everything
 * back after each trial, and looking what the kernel made of it.
 */

/* Something that should not be */
struct finding {
	/*
	 * splat, stuck, checks (a promise of a take-down, or of its undoing), quiet (half of
	 * something is left), restore (it cannot be brought back), taint, leak or exposure
	 */
	const char *kind;
	char *signature; /* the same for the same trouble */
	char *detail;	 /* lines: the report, what is not as promised, where it is stuck */
};

/* What one actor did in a trial; or the one half of it, and the next operation is the other one */
struct operation {
	enum actor actor;
	size_t nth;	    /* of the case's actors */
	struct step *steps; /* its texts belong to the exercise, until the next trial */
	size_t nr_steps;
	size_t nr_down;	   /* of the steps: those after them bring back what these take down */
	uint64_t delay_us; /* after the first */
	uint64_t lasts_us; /* so long again and again, from the start of the first; 0: once */
	uint64_t pause_us; /* before each time but the first */
	size_t nr_often;   /* of the steps: those after it only every now and then; 0: all */
	int priority;	   /* on the one processor that all are on; 0: they are on all of them */
	uint64_t begun_us; /* CLOCK_MONOTONIC; 0: it did not begin, or is stuck */
	uint64_t ended_us; /* 0: it has not come back */
	int rc;		   /* of the first step that failed, which in a race is no finding */
};

struct outcome {
	struct operation operations[2 * NR_ACTORS];
	size_t nr_operations;
	bool busy; /* all processors were kept busy meanwhile */
	struct finding *findings;
	size_t nr_findings;
	uint64_t exposure_us; /* of one actor alone; 0: too short for its limit to be measured */
	bool log_lost;	      /* a part of the kernel log was overwritten before it was read */
	bool stop;	      /* nothing more should be done on this machine */
};

struct exercise {
	uint64_t limit_us;		  /* how long an actor may take */
	uint64_t exposure_limit_us;	  /* how long a region may be gone before its provider */
	uint64_t durations_us[NR_ACTORS]; /* what each takes alone: exercise_measure() */
	int cpu;			  /* where all are on one: worker_cpu() */
	/*
	 * Called by another thread when the one that called exercise_run() is not going to come
	 * back from the kernel, once the outcome is complete. It has to end the process.
	 */
	void (*lost)(void *data);
	void *lost_data;

	/* Private */
	char *host;		  /* of the memdev; its own name may change */
	struct snapshot baseline; /* as it was at first, and is to be again */
	struct snapshot last;	  /* the latest look, which the next one goes by */
	struct sysfs_files files; /* for the next look */
	struct attach_answers answers;
	struct iomem iomem;
	struct expected_host *hosts; /* what is expected of each provider */
	size_t nr_hosts;
	struct plan plan; /* of the actor that is alone */
	bool going_down;  /* and its steps are being done, not those that bring back */
	struct watch watch;
	struct worker *workers[2 * NR_ACTORS];
	struct exercise_watchdog *watchdog;
	uint64_t taint;
	uint64_t nr_observations; /* at the addresses */
	uint64_t numbers[3];	  /* of ports, memdevs, regions: none is to be higher */
};

/**
 * exercise_open() - look at the machine
 * @host: of the memdev that is to be taken down
 * @what: what could not be read, if anything could not
 *
 * Return: 0 or a negative errno (-ENODEV: nothing is attached to that host); then there is nothing
 * to close.
 */
int exercise_open(struct exercise *exercise, const char *host, const char **what);
void exercise_close(struct exercise *exercise);

/**
 * exercise_prepare() - what each actor of a case is going to do
 *
 * Return: NULL, or why one of them cannot, as a sentence; a new string that the caller frees.
 */
char *exercise_prepare(struct exercise *exercise, const struct race_case *race_case,
		       const struct trial *trial, struct outcome *outcome);

/**
 * exercise_run() - do what was prepared, bring everything back, and judge
 *
 * It may not come back. From a step, exercise.lost is called then; but reading sysfs waits for
 * locks, too. Whoever cannot wait for ever has it done by another process.
 *
 * Return: 0, or a negative errno if it could not be done at all.
 */
int exercise_run(struct exercise *exercise, const struct race_case *race_case,
		 struct outcome *outcome);

/** exercise_memdev() - the memdev that is taken down, as it was at home */
const struct snapshot_memdev *exercise_memdev(const struct exercise *exercise);

/** outcome_has_removed() - may one of the actors have removed a PCI device? */
bool outcome_has_removed(const struct outcome *outcome);

/** outcome_release() - free what exercise_prepare() and exercise_run() made */
void outcome_release(struct outcome *outcome);

#endif
