/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_SCHEDULE_H
#define EXERCISE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which actors meet in which trial, and how far apart they start. Pure, and the same for the same
 * seed.
 *
 * An actor detaches by one method and undoes it, or it looks at what others detach. Two actors that
 * race start apart by a part of the time that the first one takes alone (measured on the machine),
 * from the second being over when the first begins to the opposite: a sweep visits every overlap.
 *
 * A sweep visits each overlap in each interleaving. In all of them, each actor does its part
 * repeatedly for a while: it then also meets what others have half detached or half attached.
 */

enum actor {
	ACTOR_MEMDEV,
	ACTOR_HOST,
	ACTOR_ENDPOINT,
	ACTOR_PORT,
	ACTOR_BUS,
	ACTOR_MODULE,
	ACTOR_PCI_REMOVE,
	ACTOR_REGION, /* the region's driver: no detach, but it takes the same locks */
	ACTOR_LIST,   /* reads every CXL device in sysfs */
	ACTOR_OPEN,   /* opens the memdev's file in /dev */
	NR_ACTORS,
};

/* Which actors, as bits: 1 << ACTOR_HOST */
typedef unsigned int actor_set;

enum scenario {
	SCENARIO_ALONE, /* one actor */
	SCENARIO_RACE,	/* two */
	SCENARIO_STORM, /* all at once */
};

/* How the operations of a race or of a storm are interleaved */
enum interleaving {
	/*
	 * Side by side, on processors that are busy: a process that is woken continues only after a
	 * while, and others meet what it has half done. Each actor detaches and reattaches in turn,
	 * without a pause.
	 */
	INTERLEAVING_TURNS,
	/*
	 * As INTERLEAVING_TURNS, but each actor is two processes: one detaches, and at the same
	 * time the other one reattaches. A process that waits for a lock during a detach, and gets
	 * it after the reattach, has missed everything in between.
	 */
	INTERLEAVING_HALVES,
	/*
	 * All on one processor, where the actor that starts later has the higher priority: all that
	 * it does can come between any two instructions of the earlier one, even if these are too
	 * close to each other for an actor on another processor. It waits before each repetition as
	 * long as before the first, so that it comes in between elsewhere.
	 */
	INTERLEAVING_ONE_CPU,
	NR_INTERLEAVINGS,
};

/* In which a case is printed as a script */
enum script_language { SCRIPT_NONE, SCRIPT_SHELL, SCRIPT_C };

/* What is exercised: which actors, alone, in a race or in a storm */
struct race_case {
	enum scenario scenario;
	enum actor actors[NR_ACTORS];
	size_t nr_actors;
};

/* One run of a case */
struct trial {
	size_t number;	  /* in the schedule, from 0 */
	size_t race_case; /* its number in the schedule */
	/*
	 * By actor of the case, when it starts: in parts of the time that the first one takes (in a
	 * storm: the slowest one); see trial_delays()
	 */
	double starts[NR_ACTORS];
	double offset;			/* of a race, in its sweep: from -1 to 1 */
	enum interleaving interleaving; /* of an actor alone, INTERLEAVING_TURNS */
};

/* A part of a schedule that is made apart from the others, as on another machine */
struct shard {
	size_t number; /* from 1 to @count */
	size_t count;  /* how many shards the schedule has; 0: it is not divided */
};

/* The most shards of a schedule */
#define SHARDS_MAX 9999

struct schedule {
	struct race_case *cases;
	size_t nr_cases;
	bool one_interleaving; /* each race and storm in @interleaving, instead of in all */
	enum interleaving interleaving;
	bool fixed; /* each race at @offset, instead of a sweep */
	double offset;
	struct shard shard; /* only its trials */

	/* Private */
	size_t next;
	unsigned short random[3];
	size_t *order;	 /* of the cases, in this pass */
	double *shift;	 /* by case, of this sweep's buckets */
	size_t *buckets; /* by case, SWEEP_TRIALS numbers in the order of this sweep */
};

/* In how many parts a sweep divides the times from one extreme to the other */
#define SWEEP_BUCKETS 16

/* A sweep has each bucket in each interleaving. */
#define SWEEP_TRIALS (NR_INTERLEAVINGS * SWEEP_BUCKETS)

/** schedule_open() - a schedule without cases; released with schedule_close() */
void schedule_open(struct schedule *schedule, uint64_t seed);
void schedule_close(struct schedule *schedule);

/** schedule_add() - one more case; all before the first schedule_next() */
void schedule_add(struct schedule *schedule, enum scenario scenario, actor_set actors);

/**
 * schedule_add_pairs() - a race for every two of these actors, also of one with itself
 *
 * Two actors that only look cannot harm each other, and are left out.
 */
void schedule_add_pairs(struct schedule *schedule, actor_set actors);

/**
 * shard_of() - the number of the shard that has a trial
 * @number: of the trial
 * @race_case: of the trial
 * @nr_cases: of the schedule
 * @count: how many shards it has
 *
 * The shards have one pass of each case by turns: of each case, every shard has as many trials as
 * the others, or one more or less.
 */
size_t shard_of(size_t number, size_t race_case, size_t nr_cases, size_t count);

/**
 * schedule_next() - the next trial, or the next one of the shard
 *
 * Each pass has each case once, in a new order. In SWEEP_TRIALS passes a race visits every bucket
 * of its sweep once in each interleaving; the next sweep visits each bucket at another offset.
 */
void schedule_next(struct schedule *schedule, struct trial *trial);

/** schedule_skip() - as many trials of the whole schedule as have been done already */
void schedule_skip(struct schedule *schedule, size_t trials);

/**
 * trial_delays() - when each actor of a case is to start
 * @durations_us: by enum actor, how long it takes alone
 * @delays_us: by actor of the case, since the first of them
 */
void trial_delays(const struct race_case *race_case, const struct trial *trial,
		  const uint64_t *durations_us, uint64_t *delays_us);

/**
 * trial_priorities() - which actor goes first on one processor
 * @delays_us: by actor, of trial_delays()
 * @priorities: by actor, from 1: the later an actor starts, the higher; 0 each but in
 * INTERLEAVING_ONE_CPU
 */
void trial_priorities(const struct race_case *race_case, const struct trial *trial,
		      const uint64_t *delays_us, int *priorities);

/** case_longest() - how long the slowest actor takes alone */
uint64_t case_longest(const struct race_case *race_case, const uint64_t *durations_us);

/** case_lasts() - how long the actors repeat, from the first one's start; 0: each acts once */
uint64_t case_lasts(const struct race_case *race_case, const uint64_t *durations_us);

/** cases_actors() - every actor that takes part in any of them */
actor_set cases_actors(const struct race_case *cases, size_t count);

/** actor_name() - "memdev", ..., "pci-remove", "region", "list" or "open" */
const char *actor_name(enum actor actor);

/** actor_from_name() - the opposite; false if there is none of that name */
bool actor_from_name(const char *name, enum actor *actor);

/** actor_only_looks() - does it leave everything as it is? */
bool actor_only_looks(enum actor actor);

/** interleaving_name() - "turns", "halves" or "one-cpu" */
const char *interleaving_name(enum interleaving interleaving);

/** interleaving_from_name() - the opposite; false if there is none of that name */
bool interleaving_from_name(const char *name, enum interleaving *interleaving);

/** actor_detaches() - does it detach, by the method with its number? */
bool actor_detaches(enum actor actor);

/** scenario_name() - "alone", "race" or "storm" */
const char *scenario_name(enum scenario scenario);

#endif
