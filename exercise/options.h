/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_OPTIONS_H
#define EXERCISE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exercise/schedule.h"
#include "util/options.h"

/* The cases that the command line asks for */

struct wanted_cases {
	struct race_case *list; /* the cases that name their actors */
	size_t count;
	bool all_pairs, storm; /* pairs or a storm of all actors */
};

struct wanted_offset {
	bool fixed;
	double offset;
};

struct wanted_interleaving {
	bool only_one;
	enum interleaving interleaving;
};

struct wanted_seed {
	bool given;
	uint64_t seed;
};

struct wanted_logs {
	const char **list;
	size_t count;
};

enum report_format { FORMAT_JSON, FORMAT_TABLE, FORMAT_KTAP, FORMAT_LAVA, FORMAT_KCIDB };

struct options {
	struct option_arguments arguments;
	const char *memdev; /* NULL: the first attached memdev */
	const char *bus;
	struct wanted_cases cases;
	struct wanted_offset at;
	struct wanted_interleaving interleaving;
	struct wanted_seed seed;
	struct shard shard;
	uint64_t trials;
	double duration, timeout, max_exposure; /* seconds */
	const char *log;
	const char *report, *crashed, *shrink, *signature, *html;
	struct wanted_logs merge;
	enum report_format format;
	const char *build; /* for FORMAT_KCIDB */
	enum script_language script;
	const char *health; /* the user's command, for sh */
	bool go_on, table, real_hardware, all_actors, force;
};

/**
 * options_read() - read the command line, and fill in the defaults
 * @options: filled; released with options_release()
 *
 * Invalid arguments end the program: see options_parse().
 */
void options_read(int argc, char **argv, struct options *options);
void options_release(struct options *options);

#endif
