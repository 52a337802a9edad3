/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_SCHEDULE_H
#define EXERCISE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which actors meet in which trial, and the time between their starts. Pure; the same seed gives
 * the same schedule.
 *
 * An actor either detaches by one method and reattaches, or it observes what others detach. Two
 * actors that race start at different times. The difference is a part of the time that the first
 * actor takes alone (measured on the machine). At one extreme the second actor ends when the first
 * one begins, and at the other extreme the opposite.
 *
 * A sweep visits each overlap in each interleaving. In all of them, each actor acts repeatedly for
 * a while. It then also meets devices that others have half detached or half attached.
 *
 * In loops, which have no offsets, a case runs for seconds, and the machine is observed only at the
 * end. A race that many repetitions hit by chance shows sooner there. A race that needs a certain
 * overlap shows in the sweep, and so does one that leaves something that the next repetition hides.
 */

enum actor {
	ACTOR_MEMDEV,
	ACTOR_HOST,
	ACTOR_ENDPOINT,
	ACTOR_PORT,
	ACTOR_BUS,
	ACTOR_MODULE,
	ACTOR_PCI_REMOVE,
	ACTOR_REGION, /* unbinds the region's driver: not a detach, but it takes the same locks */
	ACTOR_LIST,   /* reads every CXL device in sysfs */
	ACTOR_OPEN,   /* opens the memdev's file in /dev */
	/* These need a device or file of the machine beside the memdev: surroundings.h */
	ACTOR_HOLD,	/* keeps the memdev's file open for a while */
	ACTOR_MAP,	/* maps the provider's file, and keeps only the mapping */
	ACTOR_FWCTL,	/* keeps the fwctl file of a memdev open */
	ACTOR_RESET,	/* resets the host under its driver */
	ACTOR_SLOT,	/* turns the power of the host's slot off and on again */
	ACTOR_LINK,	/* disables and enables the link to the host */
	ACTOR_REFUSE,	/* makes the provider refuse an attach */
	ACTOR_LOAD,	/* loads and unloads the module of another provider */
	ACTOR_NEIGHBOR, /* detaches and reattaches another memdev of the bus */
	ACTOR_CREATE,	/* creates and destroys a region of an expander beside the memdev */
	ACTOR_ONLINE,	/* takes memory of an expander beside the memdev online and offline */
	NR_ACTORS,
};

#define FIRST_SURROUNDING ACTOR_HOLD

/* A set of actors, as bits: 1 << ACTOR_HOST */
typedef unsigned int actor_set;

enum scenario {
	SCENARIO_ALONE, /* one actor */
	SCENARIO_RACE,	/* two actors */
	SCENARIO_STORM, /* several actors, or all */
};

/* How the operations of a race or a storm are interleaved */
enum interleaving {
	/*
	 * In parallel, on busy processors: a process that is woken continues only after a while,
	 * and others meet what it has half done. Each actor detaches and reattaches in turn,
	 * without a pause.
	 */
	INTERLEAVING_TURNS,
	/*
	 * As INTERLEAVING_TURNS, but each actor is two processes: one detaches, and at the same
	 * time the other one reattaches. A process may wait for a lock during a detach and get it
	 * after the reattach. It has then missed everything in between.
	 */
	INTERLEAVING_HALVES,
	/*
	 * All on one processor, where an actor that starts later has a higher priority. All its
	 * steps can run between any two instructions of the earlier actor. These may be too close
	 * together for an actor on another processor. It waits before each repetition as long as
	 * before the first, and therefore interrupts the earlier actor at varying instructions.
	 */
	INTERLEAVING_ONE_CPU,
	/*
	 * As INTERLEAVING_TURNS, but for seconds, and on processors that run nothing else. It
	 * makes as many repetitions as possible, like a shell loop around both writes. In halves,
	 * a storm would find nearly every device detached, and do nothing.
	 */
	INTERLEAVING_LOOPS,
	NR_INTERLEAVINGS,
};

/* The language in which a case is printed as a script */
enum script_language { SCRIPT_NONE, SCRIPT_SHELL, SCRIPT_C };

/* The unit of exercise: a set of actors, alone, in a race or in a storm */
struct race_case {
	enum scenario scenario;
	enum actor actors[NR_ACTORS];
	size_t nr_actors;
};

/* One run of a case */
struct trial {
	size_t number;	  /* its number in the schedule, from 0 */
	size_t race_case; /* the number of its case in the schedule */
	/*
	 * By actor of the case, its start in parts of the time that the first actor takes (in a
	 * storm: the slowest one); see trial_delays()
	 */
	double starts[NR_ACTORS];
	double offset;			/* of a race in its sweep, from -1 to 1 */
	enum interleaving interleaving; /* of an actor alone: INTERLEAVING_TURNS */
	uint64_t loops_us;		/* how long INTERLEAVING_LOOPS lasts */
};

/* A part of a schedule that runs apart from the others, for example on another machine */
struct shard {
	size_t number; /* from 1 to @count */
	size_t count;  /* the number of shards of the schedule; 0: it is not divided */
};

/* The maximum number of shards of a schedule */
#define SHARDS_MAX 9999

struct schedule {
	struct race_case *cases;
	size_t nr_cases;
	bool one_interleaving; /* each race and storm is in @interleaving, instead of in all */
	enum interleaving interleaving;
	bool fixed; /* each race is at @offset, instead of a sweep */
	double offset;
	struct shard shard; /* the trials to make */
	uint64_t loops_us;  /* how long a trial in loops lasts */
	bool loops_first;   /* each sweep begins with each case in loops */

	/* Private */
	size_t next;
	unsigned short random[3];
	size_t *order;	 /* the order of the cases in this pass */
	double *shift;	 /* by case, the shift of the buckets in this sweep */
	size_t *buckets; /* by case, SWEEP_TRIALS numbers in the order of this sweep */
};

/* The number of parts into which a sweep divides the range of offsets */
#define SWEEP_BUCKETS 16

/* The interleavings in which a sweep visits each bucket: all except the loops */
#define NR_SWEPT INTERLEAVING_LOOPS

/* Each bucket in each interleaving, without the loops at the beginning */
#define SWEEP_TRIALS (NR_SWEPT * SWEEP_BUCKETS)

/** schedule_open() - make a schedule without cases; released with schedule_close() */
void schedule_open(struct schedule *schedule, uint64_t seed);
void schedule_close(struct schedule *schedule);

/**
 * schedule_add_case() - add a case, unless the schedule has the same one, with its actors in the
 * same order; not allowed after the first schedule_next()
 *
 * Return: whether it was added.
 */
bool schedule_add_case(struct schedule *schedule, const struct race_case *race_case);

/** schedule_add() - as schedule_add_case(), with the actors of a set */
bool schedule_add(struct schedule *schedule, enum scenario scenario, actor_set actors);

/**
 * schedule_add_pairs() - add a race for every two of these actors, and for each with itself
 *
 * Two actors that only observe cannot harm each other, and are left out.
 */
void schedule_add_pairs(struct schedule *schedule, actor_set actors);

/**
 * schedule_add_storms() - add up to @count different storms of actors that are drawn
 *
 * Each actor takes part in about half of the storms. With all actors in one storm, each would act
 * too rarely, and the slow ones would hide what the others do. At least three actors take part, and
 * at least two of them change something. Fewer storms are added if there are not so many.
 */
void schedule_add_storms(struct schedule *schedule, actor_set actors, size_t count);

/**
 * schedule_loops_first() - let each sweep begin with each race and storm in loops
 * @budget_us: how long all of these loops last together
 *
 * It changes nothing in a schedule of one interleaving or one offset. The budget changes only how
 * long a trial lasts, and not which trials there are. Not allowed after the first schedule_next(),
 * nor before the last schedule_add().
 */
void schedule_loops_first(struct schedule *schedule, uint64_t budget_us);

/**
 * shard_of() - return the number of the shard that has a trial
 * @number: the number of the trial
 * @race_case: the number of its case
 * @nr_cases: the number of cases of the schedule
 * @count: the number of shards
 *
 * The shards take the passes of each case in turn. For each case, the numbers of trials of two
 * shards differ by at most one.
 */
size_t shard_of(size_t number, size_t race_case, size_t nr_cases, size_t count);

/**
 * schedule_next() - get the next trial, or the next one of the shard
 *
 * Each pass has each case once, in a new order. In SWEEP_TRIALS passes a race visits every bucket
 * of its sweep once in each interleaving. The next sweep visits each bucket at another offset. With
 * INTERLEAVING_LOOPS as the one interleaving, there is no sweep. If loops come first, there is one
 * more pass before each sweep, which begins with the storms. The pairs of actors that detach
 * follow.
 */
void schedule_next(struct schedule *schedule, struct trial *trial);

/**
 * schedule_skip() - skip the first @trials trials of the whole schedule, which were already made
 */
void schedule_skip(struct schedule *schedule, size_t trials);

/**
 * trial_delays() - compute when each actor of a case starts
 * @durations_us: by enum actor, the time that it takes alone
 * @delays_us: by actor of the case, the time since the first start
 */
void trial_delays(const struct race_case *race_case, const struct trial *trial,
		  const uint64_t *durations_us, uint64_t *delays_us);

/**
 * trial_priorities() - compute which actor has precedence on one processor
 * @delays_us: by actor, from trial_delays()
 * @priorities: by actor, from 1: the later an actor starts, the higher; all 0 except in
 * INTERLEAVING_ONE_CPU
 */
void trial_priorities(const struct race_case *race_case, const struct trial *trial,
		      const uint64_t *delays_us, int *priorities);

/** case_longest() - return the time that the slowest actor takes alone */
uint64_t case_longest(const struct race_case *race_case, const uint64_t *durations_us);

/** trial_lasts() - return how long the actors repeat, from the first start; 0: each acts once */
uint64_t trial_lasts(const struct race_case *race_case, const struct trial *trial,
		     const uint64_t *durations_us);

/** cases_actors() - return all actors that take part in any of these cases */
actor_set cases_actors(const struct race_case *cases, size_t count);

/** actor_name() - return "memdev", ..., "pci-remove", "region", ..., "online-memory" */
const char *actor_name(enum actor actor);

/** actor_from_name() - find the actor of that name; false if there is none */
bool actor_from_name(const char *name, enum actor *actor);

/** actor_only_looks() - test whether an actor changes nothing */
bool actor_only_looks(enum actor actor);

/** interleaving_name() - return "turns", "halves", "one-cpu" or "loops" */
const char *interleaving_name(enum interleaving interleaving);

/** interleaving_from_name() - find the interleaving of that name; false if there is none */
bool interleaving_from_name(const char *name, enum interleaving *interleaving);

/** actors_surrounding() - return the actors that need a device or file beside the memdev */
actor_set actors_surrounding(void);

/** actor_detaches() - test whether an actor detaches, by the method that has its number */
bool actor_detaches(enum actor actor);

/** scenario_name() - return "alone", "race" or "storm" */
const char *scenario_name(enum scenario scenario);

#endif
