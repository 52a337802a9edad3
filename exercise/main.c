// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "attach/act/journal.h"
#include "attach/act/worker.h"
#include "attach/model/snapshot.h"
#include "attach/read/dependents.h"
#include "attach/read/take.h"
#include "attach/read/users.h"
#include "attach/reason/evidence.h"
#include "attach/reason/filter.h"
#include "attach/reason/plan.h"
#include "cxl/command/command.h"
#include "cxl/command/listing.h"
#include "cxl/report/detach-draw.h"
#include "exercise/log.h"
#include "exercise/report.h"
#include "exercise/run.h"
#include "exercise/schedule.h"
#include "exercise/shrink-run.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/records.h"
#include "util/sysfs.h"

#define NAME "cxl exercise-autoremove"

/* Once through the sweep of every race */
#define DEFAULT_ITERATIONS SWEEP_TRIALS

enum {
	KEY_VIA = 0x300,
	KEY_RACE,
	KEY_ALL_PAIRS,
	KEY_STORM,
	KEY_ITERATIONS,
	KEY_DURATION,
	KEY_SEED,
	KEY_TIMEOUT,
	KEY_MAX_EXPOSURE,
	KEY_JOURNAL,
	KEY_CONTINUE,
	KEY_REPORT,
	KEY_CRASHED,
	KEY_SHRINK,
	KEY_SIGNATURE,
	KEY_SCRIPT,
	KEY_AT,
	KEY_WAY,
	KEY_TABLE,
	KEY_REAL_HARDWARE,
	KEY_DEBUG,
};

struct options {
	const char *memdev, *bus, *journal, *report, *crashed, *shrink, *signature;
	struct race_case *cases; /* as given; pairs and storm of all actors apart */
	size_t nr_cases;
	double offset;
	enum interleaving interleaving;
	bool has_place, one_interleaving, script, all_pairs, storm, go_on, table, real_hardware,
		has_seed;
	uint64_t seed, iterations;
	double duration, timeout, max_exposure; /* seconds */
};

/* What is exercised */
struct subject {
	char *host;
	actor_set actors; /* that are possible here */
};

static uint64_t parse_number(const char *arg, const char *what, const struct argp_state *state)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(arg, &end, 0);
	if (arg[0] < '0' || arg[0] > '9' || errno || *end)
		argp_error(state, "'%s' is no %s", arg, what);
	return number;
}

static enum actor parse_actor(const char *name, const struct argp_state *state)
{
	enum actor actor = ACTOR_HOST;

	if (!actor_from_name(name, &actor))
		argp_error(state,
			   "'%s' is no actor: it is memdev, host, endpoint, port, bus, module, "
			   "pci-remove, region, list or open",
			   name);
	return actor;
}

static void parse_race(struct options *options, const char *arg, const struct argp_state *state)
{
	_cleanup_free_ char *copy = memory_check(strdup(arg));
	char *comma = strchr(copy, ',');
	enum actor one, other;

	if (!comma || strchr(comma + 1, ','))
		argp_error(state, "--race takes two actors: --race host,port");
	*comma = '\0';
	one = parse_actor(copy, state);
	other = parse_actor(comma + 1, state);
	*APPEND(options->cases, options->nr_cases) =
		(struct race_case){SCENARIO_RACE, {one, other}, 2};
}

static void parse_storm(struct options *options, const char *arg, const struct argp_state *state)
{
	_cleanup_free_ char *copy = memory_check(strdup(arg));
	char *rest = copy, *name;
	struct race_case storm = {.scenario = SCENARIO_STORM};

	while ((name = strsep(&rest, ","))) {
		if (storm.nr_actors == NR_ACTORS)
			argp_error(state, "a storm has each actor once");
		storm.actors[storm.nr_actors++] = parse_actor(name, state);
	}
	*APPEND(options->cases, options->nr_cases) = storm;
}

static double parse_place(const char *arg, const struct argp_state *state)
{
	char *end;
	double offset = strtod(arg, &end);

	if (end == arg || *end || !(offset >= -1 && offset <= 1))
		argp_error(state, "'%s' is no place in a sweep, from -1 to 1", arg);
	return offset;
}

static enum interleaving parse_way(const char *arg, const struct argp_state *state)
{
	enum interleaving interleaving = INTERLEAVING_TURNS;

	if (!interleaving_from_name(arg, &interleaving))
		argp_error(state, "--way takes 'turns', 'halves' or 'one-cpu', not '%s'", arg);
	return interleaving;
}

static void check_options(const struct options *options, const struct argp_state *state)
{
	if (options->report && (options->nr_cases > 0 || options->all_pairs || options->storm ||
				options->memdev || options->journal))
		argp_error(state, "--report does nothing but report");
	if (!options->shrink != !options->signature)
		argp_error(state, "--shrink goes with the --signature of a finding");
	if ((options->go_on || options->crashed || options->shrink) && !options->journal)
		argp_error(state, "which --journal?");
	if (options->script && (options->nr_cases != 1 || options->all_pairs || options->storm))
		argp_error(state, "--script goes with one --via, --race or --storm=ACTOR,...");
	if (options->real_hardware && (!options->bus || !options->memdev))
		argp_error(state, "--real-hardware goes with --bus and a memdev, both by name");
}

static double parse_seconds(const char *arg, const struct argp_state *state)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || *end || !(value > 0) || value > 86400)
		argp_error(state, "'%s' is no number of seconds", arg);
	return value;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_VIA:
		*APPEND(options->cases, options->nr_cases) =
			(struct race_case){SCENARIO_ALONE, {parse_actor(arg, state)}, 1};
		return 0;
	case KEY_RACE:
		parse_race(options, arg, state);
		return 0;
	case KEY_ALL_PAIRS:
		options->all_pairs = true;
		return 0;
	case KEY_STORM:
		if (arg)
			parse_storm(options, arg, state);
		else
			options->storm = true;
		return 0;
	case KEY_ITERATIONS:
		options->iterations = parse_number(arg, "number of iterations", state);
		return 0;
	case KEY_DURATION:
		options->duration = parse_seconds(arg, state);
		return 0;
	case KEY_SEED:
		options->seed = parse_number(arg, "seed", state);
		options->has_seed = true;
		return 0;
	case KEY_TIMEOUT:
		options->timeout = parse_seconds(arg, state);
		return 0;
	case KEY_MAX_EXPOSURE:
		options->max_exposure = parse_seconds(arg, state);
		return 0;
	case KEY_JOURNAL:
		options->journal = arg;
		return 0;
	case KEY_CONTINUE:
		options->go_on = true;
		return 0;
	case KEY_REPORT:
		options->report = arg;
		return 0;
	case KEY_CRASHED:
		options->crashed = arg;
		return 0;
	case KEY_SHRINK:
		options->shrink = arg;
		return 0;
	case KEY_SIGNATURE:
		options->signature = arg;
		return 0;
	case KEY_SCRIPT:
		options->script = true;
		return 0;
	case KEY_AT:
		options->offset = parse_place(arg, state);
		options->has_place = true;
		return 0;
	case KEY_WAY:
		options->interleaving = parse_way(arg, state);
		options->one_interleaving = true;
		return 0;
	case KEY_TABLE:
		options->table = true;
		return 0;
	case KEY_REAL_HARDWARE:
		options->real_hardware = true;
		return 0;
	case 'b':
		options->bus = arg;
		return 0;
	case KEY_DEBUG:
		sysfs_debug = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->memdev)
			argp_error(state, "one memdev at a time");
		listing_check_name(arg, "mem", state);
		options->memdev = arg;
		return 0;
	case ARGP_KEY_END:
		check_options(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option argp_options[] = {
	{"via", KEY_VIA, "ACTOR", 0, "One actor alone; can be given several times", 1},
	{"race", KEY_RACE, "ACTOR,ACTOR", 0, "Two that race; can be given several times", 1},
	{"all-pairs", KEY_ALL_PAIRS, NULL, 0, "Every two that there are, and each with itself", 1},
	{"storm", KEY_STORM, "ACTOR,...", OPTION_ARG_OPTIONAL, "All at once, or these", 1},
	{"at", KEY_AT, "PLACE", 0,
	 "Each race at one place of its sweep: from -1, the first starts when the second is over, "
	 "to 1, the opposite",
	 2},
	{"interleaving", KEY_WAY, "turns|halves|one-cpu", 0,
	 "Races and storms only so: side by side, each taking down and bringing back in turn, or "
	 "both at the same time; or all on one processor, where who starts later goes first",
	 2},
	{"iterations", KEY_ITERATIONS, "N", 0,
	 "How often each of these (default 48; without end with --duration)", 2},
	{"duration", KEY_DURATION, "SECONDS", 0, "End after that time", 2},
	{"seed", KEY_SEED, "N", 0, "The same seed gives the same schedule", 2},
	{"timeout", KEY_TIMEOUT, "SECONDS", 0, "After that, an actor counts as stuck (default 30)",
	 2},
	{"max-exposure", KEY_MAX_EXPOSURE, "SECONDS", 0,
	 "How long a region may be gone before its provider (default 10)", 2},
	{"journal", KEY_JOURNAL, "FILE", 0,
	 "Where it is kept what is going on (default: a new file in /var/tmp)", 3},
	{"continue", KEY_CONTINUE, NULL, 0, "Go on after what is in the journal", 3},
	{"report", KEY_REPORT, "JOURNAL", 0, "Only report what is in that journal", 3},
	{"crashed", KEY_CRASHED, "LOG", 0,
	 "Only add to the journal what the kernel said last, in the log of the machine that died",
	 3},
	{"shrink", KEY_SHRINK, "ATTEMPTS", 0,
	 "Only tell what to try next to find the least that shows the --signature, which was seen "
	 "in the --journal",
	 3},
	{"signature", KEY_SIGNATURE, "TEXT", 0, "A finding's, for --shrink", 3},
	{"script", KEY_SCRIPT, NULL, 0,
	 "Only print a shell script that does what one --via, --race or --storm=... would do", 3},
	{"table", KEY_TABLE, NULL, 0, "A table, and the findings as text, instead of JSON", 3},
	{"real-hardware", KEY_REAL_HARDWARE, NULL, 0,
	 "Also on a bus that is none of the kernel's tests; with --bus and MEMDEV", 4},
	{"bus", 'b', "BUS", 0, "The memdev is on this bus (root0, 0, ACPI.CXL, cxl_test)", 4},
	{"debug", KEY_DEBUG, NULL, 0, "Say what could not be read", 5},
	{0},
};

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "[MEMDEV]",
	.doc = "Take an attached memdev down again and again, in every way and in several at once, "
	       "bring everything back, and report what the kernel does wrong.\v"
	       "Actors: memdev, host, endpoint, port, bus, module, pci-remove (as of detach-memdev "
	       "--via), region (its driver), list (reads all of sysfs), open (the memdev's file). "
	       "Without any of --via, --race, --all-pairs, --storm: all pairs, then a storm.\n\n"
	       "Examples:\n"
	       "  cxl exercise-autoremove --via host --iterations 200\n"
	       "  cxl exercise-autoremove --race host,port --duration 60 --table\n"
	       "  cxl exercise-autoremove --report /var/tmp/cxl-exercise-20260101-120000\n"
	       "\nExit status: 0 nothing found, 1 failed, 2 wrong usage, 3 refused, 4 the kernel "
	       "did "
	       "something wrong, 5 this system cannot do it.",
};

static const struct snapshot_memdev *choose_memdev(const struct options *options,
						   const struct snapshot *snapshot,
						   const struct attach_answers *answers)
{
	const struct filter filter = {.buses = options->bus, .memdevs = options->memdev};

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &snapshot->memdevs[i];

		if (attach_of_memdev(answers, memdev)->state == ATTACH_ATTACHED &&
		    memdev->host.name && memdev->host.driver &&
		    filter_passes_bus(&filter, memdev->endpoint) &&
		    filter_lists(options->memdev, "mem", memdev->name))
			return memdev;
	}
	fprintf(stderr, NAME ": no attached memdev%s%s%s%s\n", options->memdev ? " named " : "",
		options->memdev ?: "", options->bus ? " on bus " : "", options->bus ?: "");
	return NULL;
}

static bool is_test_bus(const struct snapshot_memdev *memdev)
{
	const struct snapshot_port *bus = snapshot_bus(memdev->endpoint);
	const char *provider = bus ? snapshot_bus_provider(bus) : NULL;

	return provider && strcmp(provider, "cxl_test") == 0;
}

/* Would detach-memdev refuse that path without -f? On test buses, only for what could crash. */
static bool is_refused(const struct plan *plan, bool test_bus)
{
	if (plan->loses_system_ram)
		return true;
	return !test_bus && plan->nr_excess > 0;
}

static actor_set looking_actors(const struct snapshot_memdev *memdev)
{
	actor_set set = 1U << ACTOR_LIST | 1U << ACTOR_OPEN;

	if (memdev->nr_regions > 0 && memdev->regions[0]->driver)
		set |= 1U << ACTOR_REGION;
	return set;
}

/* Which actors can be, and are allowed; those that are refused are said */
static actor_set possible_actors(const struct attach_answers *answers,
				 const struct snapshot_memdev *memdev, actor_set *refused)
{
	actor_set set = looking_actors(memdev);

	*refused = 0;
	for (int path = 0; path < NR_METHODS; path++) {
		struct plan plan;
		_cleanup_free_ char *why =
			plan_make(answers, &memdev, 1, (enum detach_method)path, NULL, &plan);

		if (!why && is_refused(&plan, is_test_bus(memdev)))
			*refused |= 1U << path;
		else if (!why)
			set |= 1U << path;
		plan_release(&plan);
	}
	return set;
}

static void say_refused(const struct attach_answers *answers, const struct snapshot_memdev *memdev,
			actor_set refused)
{
	for (int path = 0; path < NR_METHODS; path++) {
		struct plan plan;
		_cleanup_free_ char *why = NULL;

		if (!(refused & 1U << path))
			continue;
		why = plan_make(answers, &memdev, 1, (enum detach_method)path, NULL, &plan);
		fprintf(stderr, NAME ": refused: by %s, more than %s would go:\n",
			detach_method_name((enum detach_method)path), memdev->name);
		say_excess(&plan);
		plan_release(&plan);
	}
}

static int check_actors(const struct options *options, const struct attach_answers *answers,
			const struct snapshot_memdev *memdev, struct subject *subject)
{
	actor_set refused, wanted = cases_actors(options->cases, options->nr_cases);

	subject->actors = possible_actors(answers, memdev, &refused);
	/* What nobody asked for by name is left out where it is refused. */
	if (wanted & refused || (!is_test_bus(memdev) && wanted == 0 && refused)) {
		say_refused(answers, memdev, refused);
		return EXIT_REFUSED;
	}
	for (int i = 0; i < NR_ACTORS; i++) {
		if (!(wanted & ~subject->actors & 1U << i))
			continue;
		fprintf(stderr, NAME ": %s cannot be taken down by %s\n", memdev->name,
			actor_name((enum actor)i));
		return EXIT_CANNOT;
	}
	return EXIT_DONE;
}

static int choose(const struct options *options, struct subject *subject)
{
	struct snapshot snapshot;
	struct attach_answers answers;
	const struct snapshot_memdev *memdev;
	int rc = snapshot_take(&snapshot), status = EXIT_FAILED;

	if (rc < 0) {
		fprintf(stderr, NAME ": cannot read the CXL devices: %s\n", strerror(-rc));
		return EXIT_FAILED;
	}
	attach_infer(&snapshot, &answers);
	snapshot_read_dependents(&snapshot);
	snapshot_read_users(&snapshot);
	memdev = choose_memdev(options, &snapshot, &answers);
	if (memdev && !is_test_bus(memdev) && !options->real_hardware) {
		fprintf(stderr,
			NAME ": refused: %s is on a bus of real hardware; see --real-hardware\n",
			memdev->name);
		status = EXIT_REFUSED;
	} else if (memdev) {
		status = check_actors(options, &answers, memdev, subject);
		subject->host = memory_check(strdup(memdev->host.name));
	}
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
	return status;
}

static void fill_schedule(const struct options *options, actor_set actors,
			  struct schedule *schedule)
{
	bool standard = options->nr_cases == 0 && !options->all_pairs && !options->storm;

	schedule_open(schedule, options->seed);
	schedule->one_interleaving = options->one_interleaving;
	schedule->interleaving = options->interleaving;
	schedule->fixed = options->has_place;
	schedule->offset = options->offset;
	for (size_t i = 0; i < options->nr_cases; i++)
		*APPEND(schedule->cases, schedule->nr_cases) = options->cases[i];
	if (standard || options->all_pairs)
		schedule_add_pairs(schedule, actors);
	if (standard || options->storm)
		schedule_add(schedule, SCENARIO_STORM, actors);
}

static char *new_journal(void)
{
	struct tm now;
	char name[32];
	time_t seconds = time(NULL);

	localtime_r(&seconds, &now);
	strftime(name, sizeof(name), "%Y%m%d-%H%M%S", &now);
	return xasprintf("/var/tmp/cxl-exercise-%s", name);
}

/* Where to go on: after the last trial that was begun, with the same seed; and of which cases */
static size_t read_progress(struct options *options, char **cases)
{
	struct json_object *records = records_read(options->journal);
	size_t next = 0;

	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i), *value;

		if (json_object_object_get_ex(record, "seed", &value))
			options->seed = json_object_get_uint64(value);
		if (json_object_object_get_ex(record, "trial", &value))
			next = json_object_get_uint64(value) + 1;
		if (!*cases && json_object_object_get_ex(record, "cases", &value))
			*cases = memory_check(strdup(json_object_to_json_string(value)));
	}
	json_object_put(records);
	return next;
}

static int report(const struct options *options, const char *journal)
{
	struct json_object *records = records_read(journal), *json;
	int rc, status;

	if (!records) {
		fprintf(stderr, NAME ": cannot read %s: %s\n", journal, strerror(errno));
		return EXIT_FAILED;
	}
	json = exercise_report(records);
	json_object_put(records);
	status = exercise_has_findings(json) ? EXIT_NOT_VERIFIED : EXIT_DONE;
	if (options->table) {
		rc = exercise_draw(json);
		json_object_put(json);
	} else {
		rc = json_print(json);
	}
	if (rc == 0)
		return status;
	fprintf(stderr, NAME ": cannot write the report: %s\n", strerror(-rc));
	return EXIT_FAILED;
}

static int add_crash(const struct options *options)
{
	struct json_object *crash = exercise_record_crash(options->crashed);
	int journal, rc;

	if (!crash) {
		fprintf(stderr, NAME ": cannot read %s: %s\n", options->crashed, strerror(errno));
		return EXIT_FAILED;
	}
	journal = records_open(options->journal);
	rc = journal < 0 ? journal : records_add(journal, crash);
	if (journal < 0)
		json_object_put(crash);
	else
		close(journal);
	if (rc == 0)
		return report(options, options->journal);
	fprintf(stderr, NAME ": cannot write %s: %s\n", options->journal, strerror(-rc));
	return EXIT_FAILED;
}

static int shrink(const struct options *options)
{
	int rc = exercise_shrink(options->shrink, options->journal, options->signature);

	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, NAME ": cannot shrink it: %s\n",
		rc == -ENOENT	  ? "there is no such finding in the journal"
		: rc == -EALREADY ? "nothing is left to try"
				  : strerror(-rc));
	return EXIT_FAILED;
}

static int open_journal(const char *path, int *journal)
{
	*journal = records_open(path);
	if (*journal >= 0)
		return EXIT_DONE;
	fprintf(stderr, NAME ": cannot write %s: %s\n", path, strerror(-*journal));
	return EXIT_FAILED;
}

/* Where trials can have all actors on one processor, who starts later has to go first there. */
static int choose_cpu(const struct schedule *schedule, int *cpu)
{
	size_t most = 0;

	for (size_t i = 0; i < schedule->nr_cases; i++) {
		if (schedule->cases[i].nr_actors > most)
			most = schedule->cases[i].nr_actors;
	}
	if (schedule->one_interleaving && schedule->interleaving != INTERLEAVING_ONE_CPU)
		most = 0;
	*cpu = most > 1 ? worker_cpu() : 0;
	if (*cpu >= 0)
		return EXIT_DONE;
	fprintf(stderr,
		NAME ": the scheduler lets no actor go before the others (%s): only "
		     "--interleaving=turns "
		     "and --interleaving=halves are possible here\n",
		strerror(-*cpu));
	return EXIT_CANNOT;
}

static int exercise(struct options *options, const struct subject *subject, const char *journal)
{
	_cleanup_free_ char *cases = NULL;
	struct schedule schedule;
	struct exercise_settings settings = {
		.host = subject->host,
		.schedule = &schedule,
		.iterations = options->iterations,
		.duration = options->duration,
		.timeout = options->timeout,
		.max_exposure = options->max_exposure,
		.script = options->script,
	};
	int rc, status;

	if (options->go_on)
		settings.first = read_progress(options, &cases);
	settings.seed = options->seed;
	settings.cases = cases;
	fill_schedule(options, subject->actors, &schedule);
	status = choose_cpu(&schedule, &settings.cpu);
	if (status == EXIT_DONE)
		status = open_journal(journal, &settings.journal);
	if (status != EXIT_DONE) {
		schedule_close(&schedule);
		return status;
	}
	if (!options->script)
		fprintf(stderr, NAME ": the journal is %s\n", journal);
	rc = exercise_supervise(&settings);
	schedule_close(&schedule);
	close(settings.journal);
	/* A trial whose result could not be written would look as if the machine had died in it. */
	if (rc == -ENOSPC)
		return EXIT_FAILED;
	status = options->script ? EXIT_DONE : report(options, journal);
	return rc < 0 && status == EXIT_DONE ? EXIT_FAILED : status;
}

static int start(struct options *options)
{
	_cleanup_free_ char *journal = NULL, *why = NULL;
	struct subject subject = {0};
	int status = choose(options, &subject), lock = -1;

	if (status == EXIT_DONE) {
		lock = journal_lock(&why);
		if (lock < 0)
			fprintf(stderr, NAME ": %s\n", why);
		status = lock < 0 ? EXIT_FAILED : EXIT_DONE;
	}
	if (status == EXIT_DONE) {
		journal = options->script    ? memory_check(strdup("/dev/null"))
			  : options->journal ? memory_check(strdup(options->journal))
					     : new_journal();
		status = exercise(options, &subject, journal);
		close(lock);
	}
	free(subject.host);
	return status;
}

static int run(int argc, char **argv)
{
	struct options options = {.timeout = 30, .max_exposure = 10};
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!options.has_seed && getrandom(&options.seed, 4, 0) != 4)
		options.seed = (uint64_t)time(NULL);
	if (options.iterations == 0 && options.duration <= 0)
		options.iterations = DEFAULT_ITERATIONS;
	if (options.report)
		status = report(&options, options.report);
	else if (options.shrink)
		status = shrink(&options);
	else if (options.crashed)
		status = add_crash(&options);
	else if (geteuid() != 0)
		status = (fputs(NAME ": this needs root\n", stderr), EXIT_CANNOT);
	else
		status = start(&options);
	free(options.cases);
	return status;
}

const struct cxl_command exercise_autoremove_command = {
	.name = "exercise-autoremove",
	.help = "take a memdev down in races, and catch the kernel",
	.argp = &argp,
	.run = run,
};
