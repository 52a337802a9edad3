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

/* What a script in the shell's language and one in C have in common */

/* Both take longer than this program to prepare a trial and to restore the baseline: their trials
 * last so many times as long. */
#define TIMES_A_TRIAL 4

/* What a script is to do */
struct script {
	const struct baseline *baseline;
	const uint64_t *durations_us; /* by enum actor, how long it takes alone */
	const struct race_case *race_case;
	const struct outcome *prepared; /* by prepare_trial() */
	size_t trials;			/* how many the script makes */
	bool fixed; /* races near @offset in the sweep, instead of anywhere in it */
	double offset;
};

/* The devices whose names are looked up in each trial */
struct script_names {
	const char *memdev, *endpoint, *port, *region;
};

/** script_names_of() - those of a memdev, as they are now */
struct script_names script_names_of(const struct snapshot_memdev *memdev);

/**
 * script_device() - a device as the script names it: "$mem" and so on, or by its name
 *
 * The quotes around it protect whatever step_is_sound() accepts in a name.
 */
const char *script_device(const struct script_names *names, const char *device);

/** script_offsets() - how much later than the first the second of a race starts: between these, in
 * microseconds */
void script_offsets(const struct script *script, int64_t *least, int64_t *most);

#endif
