// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "exercise/options.h"
#include "exercise/report/kcidb.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* The loops and one complete sweep of every race */
#define DEFAULT_TRIALS (1 + SWEEP_TRIALS)

static uint64_t parse_number(const char *arg, const char *what, const struct argp_state *state)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(arg, &end, 0);
	if (arg[0] < '0' || arg[0] > '9' || errno || *end)
		argp_error(state, "invalid %s '%s' (expected a number)", what, arg);
	return number;
}

static void parse_trials(const char *arg, void *value, const struct argp_state *state)
{
	*(uint64_t *)value = parse_number(arg, "number of trials", state);
}

static void parse_seed(const char *arg, void *value, const struct argp_state *state)
{
	*(struct wanted_seed *)value =
		(struct wanted_seed){.given = true, .seed = parse_number(arg, "seed", state)};
}

static void parse_shard(const char *arg, void *value, const struct argp_state *state)
{
	struct shard *shard = value;
	int length = 0;

	if (arg[0] < '0' || arg[0] > '9' || strlen(arg) > strlen("9999/9999") ||
	    sscanf(arg, "%zu/%zu%n", &shard->number, &shard->count, &length) != 2 ||
	    arg[length] != '\0' || shard->number == 0 || shard->number > shard->count ||
	    shard->count > SHARDS_MAX)
		argp_error(state, "invalid shard '%s' (expected I/N, with I from 1 to N)", arg);
}

static void parse_merge(const char *arg, void *value, const struct argp_state *state)
{
	struct wanted_logs *logs = value;

	(void)state;
	*APPEND(logs->list, logs->count) = arg;
}

static enum actor parse_actor(const char *name, const struct argp_state *state)
{
	enum actor actor = ACTOR_HOST;

	if (!actor_from_name(name, &actor))
		argp_error(state,
			   "invalid actor '%s' (expected memdev, host, endpoint, port, bus, "
			   "module, pci-remove, region, list, open, hold, map, fwctl, reset, "
			   "slot, link, refuse, load, neighbor, create-region or online-memory)",
			   name);
	return actor;
}

static void parse_via(const char *arg, void *value, const struct argp_state *state)
{
	struct wanted_cases *cases = value;
	enum actor actor = parse_actor(arg, state);

	*APPEND(cases->list, cases->count) = (struct race_case){SCENARIO_ALONE, {actor}, 1};
}

static void parse_race(const char *arg, void *value, const struct argp_state *state)
{
	_cleanup_free_ char *copy = memory_check(strdup(arg));
	struct wanted_cases *cases = value;
	char *comma = strchr(copy, ',');
	enum actor one, other;

	if (!comma || strchr(comma + 1, ','))
		argp_error(state, "invalid race '%s' (expected two actors, as host,port)", arg);
	*comma = '\0';
	one = parse_actor(copy, state);
	other = parse_actor(comma + 1, state);
	*APPEND(cases->list, cases->count) = (struct race_case){SCENARIO_RACE, {one, other}, 2};
}

static void parse_storm(const char *arg, void *value, const struct argp_state *state)
{
	struct race_case storm = {.scenario = SCENARIO_STORM};
	struct wanted_cases *cases = value;
	_cleanup_free_ char *copy = NULL;
	char *rest, *name;

	if (!arg) {
		cases->storm = true;
		return;
	}
	rest = copy = memory_check(strdup(arg));
	while ((name = strsep(&rest, ","))) {
		enum actor actor = parse_actor(name, state);

		if (cases_actors(&storm, 1) & 1U << actor)
			argp_error(state, "a storm has each actor once, and not %s twice", name);
		storm.actors[storm.nr_actors++] = actor;
	}
	*APPEND(cases->list, cases->count) = storm;
}

static void parse_offset(const char *arg, void *value, const struct argp_state *state)
{
	char *end;
	double offset = strtod(arg, &end);

	if (end == arg || *end || !(offset >= -1 && offset <= 1))
		argp_error(state, "invalid offset '%s' (expected -1 to 1)", arg);
	*(struct wanted_offset *)value = (struct wanted_offset){.fixed = true, .offset = offset};
}

static void parse_interleaving(const char *arg, void *value, const struct argp_state *state)
{
	struct wanted_interleaving *interleaving = value;

	if (!interleaving_from_name(arg, &interleaving->interleaving))
		argp_error(state,
			   "invalid interleaving '%s' (expected turns, halves, one-cpu or loops)",
			   arg);
	interleaving->only_one = true;
}

static void parse_script(const char *arg, void *value, const struct argp_state *state)
{
	enum script_language *language = value;

	*language = arg && strcmp(arg, "c") == 0 ? SCRIPT_C : SCRIPT_SHELL;
	if (arg && *language == SCRIPT_SHELL && strcmp(arg, "shell") != 0)
		argp_error(state, "invalid language '%s' (expected shell or c)", arg);
}

static void parse_format(const char *arg, void *value, const struct argp_state *state)
{
	static const char *const names[] = {
		[FORMAT_JSON] = "json", [FORMAT_TABLE] = "table", [FORMAT_KTAP] = "ktap",
		[FORMAT_LAVA] = "lava", [FORMAT_KCIDB] = "kcidb",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(arg, names[i]) == 0) {
			*(enum report_format *)value = (enum report_format)i;
			return;
		}
	}
	argp_error(state, "invalid format '%s' (expected json, table, ktap, lava or kcidb)", arg);
}

static void check_memdev(const char *name, const struct argp_state *state)
{
	const char *number = strncmp(name, "mem", strlen("mem")) == 0 ? name + strlen("mem") : name;

	if (*number == '\0' || number[strspn(number, "0123456789")] != '\0')
		argp_error(state, "invalid memdev name '%s' (expected mem0 or 0)", name);
}

static void check_output(struct options *options, const struct argp_state *state)
{
	if (options->table)
		options->format = FORMAT_TABLE;
	if (options->html && (options->script || options->shrink))
		argp_error(state, "--html excludes --script and --shrink");
	if (!options->build != (options->format != FORMAT_KCIDB))
		argp_error(state, "--format=kcidb and --build-id need each other");
	if (options->build && !kcidb_build_is_valid(options->build))
		argp_error(state,
			   "invalid build '%s' (expected ORIGIN:ID, with an origin of a-z, "
			   "0-9 and _)",
			   options->build);
}

static void check(void *values, const struct argp_state *state)
{
	struct options *options = values;
	const struct wanted_cases *cases = &options->cases;
	bool cases_given = cases->count > 0 || cases->all_pairs || cases->storm;

	check_output(options, state);
	if (options->arguments.count > 1)
		argp_error(state, "too many memdevs (expected at most one)");
	if (options->arguments.count == 1)
		options->memdev = options->arguments.list[0];
	if (options->memdev)
		check_memdev(options->memdev, state);
	if (options->report && (cases_given || options->memdev || options->log))
		argp_error(state, "--report cannot be combined with cases, a memdev or --log");
	if (options->merge.count > 0 && (cases_given || options->memdev || options->report))
		argp_error(state, "--merge cannot be combined with cases, a memdev or --report");
	if (options->shard.count > 0 && !options->seed.given)
		argp_error(state, "--shard needs --seed, the same for all shards");
	if (!options->shrink != !options->signature)
		argp_error(state, "--shrink and --signature need each other");
	if ((options->go_on || options->crashed || options->shrink) && !options->log)
		argp_error(state, "missing --log");
	if (options->script && (cases->count != 1 || cases->all_pairs || cases->storm))
		argp_error(state, "--script needs one --via, --race or --storm=ACTOR,...");
	if (options->at.fixed && options->interleaving.only_one &&
	    options->interleaving.interleaving == INTERLEAVING_LOOPS)
		argp_error(state, "--at cannot be combined with --interleaving=loops");
	if (options->real_hardware && (!options->bus || !options->memdev))
		argp_error(state, "--real-hardware needs --bus and a memdev, both by name");
}

#define SETS(what, member) .sets = what, .offset = OPTION_IN(struct options, member)

static const struct command_option case_options[] = {
	{.name = "via",
	 .arg = "ACTOR",
	 .help = "Run this actor alone; can be given several times",
	 SETS(SETS_BY, cases),
	 .parse = parse_via},
	{.name = "race",
	 .arg = "ACTOR,ACTOR",
	 .help = "Race these two; can be given several times",
	 SETS(SETS_BY, cases),
	 .parse = parse_race},
	{.name = "all-pairs",
	 .help = "Race every two actors, and each with itself",
	 SETS(SETS_TRUE, cases.all_pairs)},
	{.name = "all-actors",
	 .help = "Let all actors take part in --all-pairs and --storm that are possible here, "
		 "also those that need something beside the memdev",
	 SETS(SETS_TRUE, all_actors)},
	{.name = "storm",
	 .arg = "ACTOR,...",
	 .help = "Run all actors at once, or these",
	 SETS(SETS_BY_OPTIONAL, cases),
	 .parse = parse_storm},
	{0},
};

static const struct command_option trial_options[] = {
	{.name = "at",
	 .arg = "OFFSET",
	 .help = "Run each race at one offset of its sweep: from -1, the first starts when the "
		 "second is "
		 "over, to 1, the opposite",
	 SETS(SETS_BY, at),
	 .parse = parse_offset},
	{.name = "interleaving",
	 .arg = "turns|halves|one-cpu|loops",
	 .help = "Run races and storms only so: each actor detaches and reattaches in turn; two "
		 "processes of each actor do so at the same time; all are on one processor, where "
		 "the actor that starts later goes first; or each does so in turn for seconds",
	 SETS(SETS_BY, interleaving),
	 .parse = parse_interleaving},
	{.name = "trials",
	 .arg = "N",
	 .help = "Run each case N times (default 49; without end with --duration)",
	 SETS(SETS_BY, trials),
	 .parse = parse_trials},
	{.name = "duration",
	 .arg = "SECONDS",
	 .help = "End after that time",
	 SETS(SETS_SECONDS, duration)},
	{.name = "seed",
	 .arg = "N",
	 .help = "Repeat the schedule of that seed",
	 SETS(SETS_BY, seed),
	 .parse = parse_seed},
	{.name = "shard",
	 .arg = "I/N",
	 .help = "Run only the Ith of N parts of the schedule of that seed",
	 SETS(SETS_BY, shard),
	 .parse = parse_shard},
	{.name = "timeout",
	 .arg = "SECONDS",
	 .help = "Count an actor as stuck after that time (default 30)",
	 SETS(SETS_SECONDS, timeout)},
	{.name = "check",
	 .arg = "COMMAND",
	 .help = "Run this shell command after each trial, with MEMDEV, HOST and REGION in its "
		 "environment; that it fails is a finding",
	 SETS(SETS_TEXT, health)},
	{.name = "max-exposure",
	 .arg = "SECONDS",
	 .help = "Allow a region to be gone that long before its provider (default 10)",
	 SETS(SETS_SECONDS, max_exposure)},
	{0},
};

static const struct command_option log_options[] = {
	{.name = "log",
	 .arg = "FILE",
	 .help = "Write the log there (default: a new file in /var/tmp)",
	 SETS(SETS_TEXT, log)},
	{.name = "continue",
	 .help = "Continue after the last trial in the log",
	 SETS(SETS_TRUE, go_on)},
	{.name = "report",
	 .arg = "LOG",
	 .help = "Only report what is in that log",
	 SETS(SETS_TEXT, report)},
	{.name = "merge",
	 .arg = "LOG",
	 .help = "Only report the logs of all shards, one --merge for each, as that of one run; "
		 "with --log, write that log, too",
	 SETS(SETS_BY, merge),
	 .parse = parse_merge},
	{.name = "crashed",
	 .arg = "CONSOLE",
	 .help = "Only add to the log what the kernel said last, from the console of the machine "
		 "that died",
	 SETS(SETS_TEXT, crashed)},
	{.name = "shrink",
	 .arg = "CANDIDATES",
	 .help = "Only print which case to run next, to find the least that shows the --signature, "
		 "which "
		 "the --log has",
	 SETS(SETS_TEXT, shrink)},
	{.name = "signature",
	 .arg = "TEXT",
	 .help = "Shrink the finding with that signature",
	 SETS(SETS_TEXT, signature)},
	{.name = "script",
	 .arg = "shell|c",
	 .help = "Only print a script that does what one --via, --race or --storm=... does: a "
		 "shell "
		 "script (default), or a C program",
	 SETS(SETS_BY_OPTIONAL, script),
	 .parse = parse_script},
	{.name = "format",
	 .arg = "json|table|ktap|lava|kcidb",
	 .help = "Print JSON (default); a table, and the findings as text; KTAP; LAVA's lines; or "
		 "a "
		 "report for KCIDB",
	 SETS(SETS_BY, format),
	 .parse = parse_format},
	{.name = "table", .help = "As --format=table", SETS(SETS_TRUE, table)},
	{.name = "build-id",
	 .arg = "ORIGIN:ID",
	 .help = "The build that is tested, for --format=kcidb",
	 SETS(SETS_TEXT, build)},
	{.name = "html",
	 .arg = "FILE",
	 .help = "Also write the report to FILE, as a page for a browser",
	 SETS(SETS_TEXT, html)},
	{0},
};

static const struct command_option machine_options[] = {
	{.name = "real-hardware",
	 .help = "Run also on a bus that is not the kernel's cxl_test; needs --bus and MEMDEV",
	 SETS(SETS_TRUE, real_hardware)},
	{.name = "force",
	 .key = 'f',
	 .help = "Run also actors that detach more than the memdev",
	 SETS(SETS_TRUE, force)},
	{.name = "bus",
	 .key = 'b',
	 .arg = "BUS",
	 .help = "Take the memdev on this bus (root0, 0, ACPI.CXL, cxl_test)",
	 SETS(SETS_TEXT, bus)},
	OPTION_DEBUG,
	{0},
};

static const struct option_table tables[] = {
	{case_options, 0}, {trial_options, 0}, {log_options, 0}, {machine_options, 0}, {NULL, 0},
};

static const struct option_set option_set = {
	.tables = tables,
	.usage = "[MEMDEV]",
	.arguments = OPTION_IN(struct options, arguments),
	.about = "Detach an attached memdev repeatedly, by every method and by several at once, "
		 "reattach it, and report what the kernel does wrong.",
	.examples =
		"Actors: memdev, host, endpoint, port, bus, module, pci-remove (the methods of "
		"detach-memdev --via), region (its driver), list (reads all of sysfs), open (the "
		"memdev's file). These need something beside the memdev: hold, map, fwctl, reset, "
		"slot, link, refuse, load, neighbor, create-region, online-memory. Without any of "
		"--via, --race, --all-pairs, --storm: all pairs, and six storms.\n\n"
		"Examples:\n"
		"  cxl exercise-autoremove --via host --trials 200\n"
		"  cxl exercise-autoremove --race host,port --duration 60 --table\n"
		"  cxl exercise-autoremove --report /var/tmp/cxl-exercise-20260101-120000-a1B2c3\n"
		"  cxl exercise-autoremove --report log --html page.html\n"
		"\nExit status: 0 nothing was found, 1 failed, 2 wrong usage, 3 refused, 4 the "
		"kernel did something wrong, 5 this system cannot do it.",
	.check = check,
};

void options_read(int argc, char **argv, struct options *options)
{
	*options = (struct options){.timeout = 30, .max_exposure = 10};
	options_parse(&option_set, argc, argv, options);
	if (!options->seed.given && getrandom(&options->seed.seed, 4, 0) != 4)
		options->seed.seed = (uint64_t)time(NULL);
	if (options->trials == 0 && options->duration <= 0)
		options->trials = DEFAULT_TRIALS;
}

void options_release(struct options *options)
{
	free(options->cases.list);
	free(options->merge.list);
}
