/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_SCHEDULE_H
#define CXL_ATTACH_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Who acts when: which actors meet in which trial, and how far apart they start. Pure, and the same
 * for the same seed.
 *
 * An actor is one take-down path and its undoing, or something that meanwhile looks at what is
 * taken down. Two of them that race start apart by some part of the time that the first one takes
 * alone (measured on the machine), from the second being over when the first begins to the
 * opposite: a sweep visits every overlap.
 *
 * Each overlap is visited in each way that there is; see enum interleaving. In all of them each
 * does its part again and again for a while: what it finds half taken down, or half put together,
 * is not what it finds when it comes first.
 */

enum actor {
	ACTOR_MEMDEV,
	ACTOR_HOST,
	ACTOR_ENDPOINT,
	ACTOR_PORT,
	ACTOR_BUS,
	ACTOR_MODULE,
	ACTOR_PCI_REMOVE,
	ACTOR_REGION, /* the region's driver: no take-down, but it goes through the same locks */
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

/* How the actors of a race or of a storm go about it */
enum interleaving {
	/*
	 * Side by side, and on processors that are busy: what is half taken down goes much faster,
	 * and meets others at more places, and who is woken goes on only after a while. Each takes
	 * down and brings back in turn, without a pause.
	 */
	INTERLEAVING_TURNS,
	/*
	 * The same, but one process takes down, and at the same time another one brings back: who
	 * waits for a lock while something is taken down, and comes next in the queue when it is
	 * there again, has missed all that was in between.
	 */
	INTERLEAVING_HALVES,
	/*
	 * On one processor, where who starts later goes first: all that it does can come between
	 * any two instructions of the earlier one, also between two that are too close to each
	 * other for anybody who runs beside it. It waits each time as long as before the first, to
	 * come in between at another place.
	 */
	INTERLEAVING_ONE_CPU,
	NR_INTERLEAVINGS,
};

/* One thing that is tried again and again */
struct race_case {
	enum scenario scenario;
	enum actor actors[NR_ACTORS];
	size_t nr_actors;
};

/* One try of it */
struct trial {
	size_t number;	  /* in the schedule, from 0 */
	size_t race_case; /* of the schedule */
	/*
	 * By actor of the race_case, when it starts: in parts of the time that the one takes that
	 * starts first (of a storm: that takes longest); see trial_delays()
	 */
	double starts[NR_ACTORS];
	double offset; /* of a race, in its sweep: from -1, the second is over when the first begins
			*/
	enum interleaving interleaving; /* of an actor alone, INTERLEAVING_TURNS */
};

struct schedule {
	struct race_case *cases;
	size_t nr_cases;
	bool one_interleaving; /* each race and storm in @interleaving, instead of each in turn */
	enum interleaving interleaving;
	bool fixed; /* each race at @offset, instead of a sweep */
	double offset;

	/* Private */
	size_t next;
	unsigned short random[3];
	size_t *order;	 /* of the cases, in this round */
	double *shift;	 /* by race_case, of this sweep's buckets */
	size_t *buckets; /* by race_case, SWEEP_TRIALS numbers in the order of this sweep */
};

/* In how many parts a sweep divides the times from one extreme to the other */
#define SWEEP_BUCKETS 16

/* A sweep has each of them in each way. */
#define SWEEP_TRIALS (NR_INTERLEAVINGS * SWEEP_BUCKETS)

/** schedule_open() - a schedule without cases; released with schedule_close() */
void schedule_open(struct schedule *schedule, uint64_t seed);
void schedule_close(struct schedule *schedule);

/** schedule_add() - one more race_case; all before the first schedule_next() */
void schedule_add(struct schedule *schedule, enum scenario scenario, actor_set actors);

/**
 * schedule_add_pairs() - a race for every two of these actors, also of one with itself
 *
 * Two that only look at things cannot harm each other, and are left out.
 */
void schedule_add_pairs(struct schedule *schedule, actor_set actors);

/**
 * schedule_next() - the next trial
 *
 * Round after round, each case comes once, in another order each time. In SWEEP_TRIALS rounds a
 * race visits every bucket of its sweep once in each way, each at another place in the next sweep.
 */
void schedule_next(struct schedule *schedule, struct trial *trial);

/** schedule_skip() - as many trials as have been done already */
void schedule_skip(struct schedule *schedule, size_t trials);

/**
 * trial_delays() - when each actor of a case is to start
 * @durations_us: by enum actor, how long it takes alone
 * @delays_us: by actor of the race_case, since the first of them
 */
void trial_delays(const struct race_case *race_case, const struct trial *trial,
		  const uint64_t *durations_us, uint64_t *delays_us);

/**
 * trial_priorities() - who goes first on one processor
 * @delays_us: by actor, of trial_delays()
 * @priorities: by actor, from 1: the later an actor starts, the higher; 0 each but in
 * INTERLEAVING_ONE_CPU
 */
void trial_priorities(const struct race_case *race_case, const struct trial *trial,
		      const uint64_t *delays_us, int *priorities);

/** case_longest() - how long the one takes alone that takes longest */
uint64_t case_longest(const struct race_case *race_case, const uint64_t *durations_us);

/** case_lasts() - how long they go on, from the first one's start; 0: each does its part once */
uint64_t case_lasts(const struct race_case *race_case, const uint64_t *durations_us);

/** cases_actors() - everybody who takes part in any of them */
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
bool interleaving_from_name(const char *name, enum interleaving *way);

/** actor_detaches() - is it one of the take-down paths, with the number of that path? */
bool actor_detaches(enum actor actor);

/** scenario_name() - "alone", "race" or "storm" */
const char *scenario_name(enum scenario scenario);

#endif
