/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_SCRIPT_NAMES_H
#define EXERCISE_REPORT_SCRIPT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct baseline;
struct outcome;
struct race_case;
struct snapshot_memdev;

/* What the shell scripts and the C programs have in common */

/*
 * A script takes longer than this program to prepare a trial and to restore the baseline. Its
 * trials therefore last this many times as long.
 */
#define TIMES_A_TRIAL 4

/* The input for a script */
struct script {
	const struct baseline *baseline;
	const uint64_t *durations_us; /* by enum actor, the time that it takes alone */
	const struct race_case *race_case;
	const struct outcome *prepared; /* from prepare_trial() */
	size_t trials;			/* the number of trials that the script makes */
	bool fixed; /* races are near @offset in the sweep, instead of anywhere in it */
	double offset;
};

/* The devices whose names the script looks up in each trial */
struct script_names {
	const char *memdev, *endpoint, *port, *region;
};

/** script_names_of() - return the current names of a memdev's devices */
struct script_names script_names_of(const struct snapshot_memdev *memdev);

/**
 * script_device() - return a device as the script names it: "$mem" and others, or its name
 *
 * The quotes around the name protect every character that step_is_sound() accepts.
 */
const char *script_device(const struct script_names *names, const char *device);

/**
 * script_offsets() - return the range of a race's offset, in microseconds
 *
 * The offset is how much later than the first actor the second one starts.
 */
void script_offsets(const struct script *script, int64_t *least, int64_t *most);

/**
 * script_print_origin() - print the kernel, the actors and the needs of a script, as a comment
 * @mark: the beginning of each line of the comment
 */
void script_print_origin(const struct script *script, const char *mark);

#endif
