// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attach/act/libcxl-load.h"
#include "attach/act/lock.h"
#include "attach/act/worker.h"
#include "exercise/options.h"
#include "exercise/report/draw.h"
#include "exercise/report/kcidb.h"
#include "exercise/report/ktap.h"
#include "exercise/report/lava.h"
#include "exercise/report/log.h"
#include "exercise/report/merge.h"
#include "exercise/report/page.h"
#include "exercise/report/summary.h"
#include "exercise/run.h"
#include "exercise/schedule.h"
#include "exercise/shrink-run.h"
#include "exercise/subject.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/json.h"
#include "util/interrupt.h"
#include "util/memory.h"
#include "util/read-limit.h"
#include "util/records.h"
#include "util/replace.h"

static int cannot_write_page(const struct options *options, int rc)
{
	fprintf(stderr, NAME ": %s: cannot write the HTML file: %s\n", options->html,
		replace_why(rc));
	return EXIT_FAILED;
}

static int print_as(const struct options *options, struct json_object *summary)
{
	switch (options->format) {
	case FORMAT_TABLE:
		return draw_summary(summary);
	case FORMAT_KTAP:
		return print_ktap(summary);
	case FORMAT_LAVA:
		return print_lava(summary);
	case FORMAT_KCIDB:
		return print_kcidb(summary, options->build);
	case FORMAT_JSON:
		break;
	}
	return json_print(json_object_get(summary));
}

static struct json_object *read_log(const char *log)
{
	struct json_object *records = records_read(log);

	if (!records)
		fprintf(stderr, NAME ": cannot read %s: %s\n", log, strerror(errno));
	return records;
}

static int report_records(const struct options *options, struct json_object *records)
{
	struct json_object *summary = summarize_log(records);
	int rc, status = summary_has_findings(summary)	 ? EXIT_NOT_VERIFIED
			 : summary_lacks_shards(summary) ? EXIT_FAILED
							 : EXIT_DONE;

	rc = print_as(options, summary);
	if (rc < 0) {
		fprintf(stderr, NAME ": cannot write the report: %s\n", strerror(-rc));
		status = EXIT_FAILED;
	}
	/* After the report, so that what cannot be written there loses nothing of it */
	rc = options->html ? page_write(summary, options->html) : 0;
	json_object_put(summary);
	if (rc < 0)
		rc = cannot_write_page(options, rc);
	return status ?: rc;
}

static int report(const struct options *options, const char *log)
{
	struct json_object *records = read_log(log);
	int status = records ? report_records(options, records) : EXIT_FAILED;

	json_object_put(records);
	return status;
}

/* Take over the log; @opened is what records_open() or records_open_new() returned */
static int open_log(const char *path, int opened, int *log)
{
	*log = opened;
	if (*log >= 0)
		return EXIT_DONE;
	fprintf(stderr, NAME ": cannot write %s: %s\n", path, strerror(-*log));
	return EXIT_FAILED;
}

static int add_crash(const struct options *options)
{
	struct json_object *crash = record_crash(options->crashed);
	int log, rc;

	if (!crash) {
		fprintf(stderr, NAME ": cannot read %s: %s\n", options->crashed, strerror(errno));
		return EXIT_FAILED;
	}
	if (open_log(options->log, records_open(options->log), &log) != EXIT_DONE) {
		json_object_put(crash);
		return EXIT_FAILED;
	}
	rc = records_add(log, crash);
	close(log);
	if (rc == 0)
		return report(options, options->log);
	fprintf(stderr, NAME ": cannot write %s: %s\n", options->log, strerror(-rc));
	return EXIT_FAILED;
}

/* Refuse to add the merged log to a log that already has records */
static int write_merged(const char *path, struct json_object *records)
{
	int log, rc;

	if (open_log(path, records_open(path), &log) != EXIT_DONE)
		return EXIT_FAILED;
	rc = lseek(log, 0, SEEK_END) > 0 ? -EEXIST : records_add_all(log, records);
	close(log);
	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, NAME ": cannot write %s: %s\n", path, strerror(-rc));
	return EXIT_FAILED;
}

static int report_merged(const struct options *options, const struct shard_log *logs)
{
	_cleanup_free_ char *why = NULL;
	struct json_object *records = merge_logs(logs, options->merge.count, &why);
	int status = EXIT_FAILED;

	if (!records)
		fprintf(stderr, NAME ": cannot merge: %s\n", why);
	else if (!options->log || write_merged(options->log, records) == EXIT_DONE)
		status = report_records(options, records);
	json_object_put(records);
	return status;
}

static int merge(const struct options *options)
{
	size_t count = options->merge.count, read = 0;
	_cleanup_free_ struct shard_log *logs = memory_check(calloc(count, sizeof(*logs)));
	int status = EXIT_FAILED;

	for (; read < count; read++) {
		logs[read].path = options->merge.list[read];
		logs[read].records = read_log(logs[read].path);
		if (!logs[read].records)
			break;
	}
	if (read == count)
		status = report_merged(options, logs);
	for (size_t i = 0; i < read; i++)
		json_object_put(logs[i].records);
	return status;
}

static int shrink(const struct options *options)
{
	int rc = shrink_run(options->shrink, options->log, options->signature);

	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, NAME ": cannot shrink the finding: %s\n",
		rc == -ENOENT	  ? "the log has no finding with that signature"
		: rc == -EALREADY ? "no candidate is left"
				  : strerror(-rc));
	return EXIT_FAILED;
}

/* The loops before a sweep last so many seconds together, or half of --duration. */
#define LOOPS_BUDGET 150

/*
 * Fewer trials than the loops and a sweep are all in the sweep, and so is a script. Which trials
 * there are does not depend on --duration, which changes when a run is continued.
 */
static void add_loops(const struct options *options, struct schedule *schedule)
{
	double budget = LOOPS_BUDGET;

	if (options->duration > 0 && options->duration / 2 < budget)
		budget = options->duration / 2;
	if (!options->script && (options->trials == 0 || options->trials > SWEEP_TRIALS))
		schedule_loops_first(schedule, (uint64_t)(budget * 1000000));
}

/* Two actors meet in a quarter of the storms, and in most runs in at least one of six. */
#define STANDARD_STORMS 6

static void fill_schedule(const struct options *options, actor_set actors,
			  struct schedule *schedule)
{
	const struct wanted_cases *cases = &options->cases;
	bool standard = cases->count == 0 && !cases->all_pairs && !cases->storm;

	schedule_open(schedule, options->seed.seed);
	schedule->one_interleaving = options->interleaving.only_one;
	schedule->interleaving = options->interleaving.interleaving;
	schedule->fixed = options->at.fixed;
	schedule->offset = options->at.offset;
	schedule->shard = options->shard;
	for (size_t i = 0; i < cases->count; i++)
		schedule_add_case(schedule, &cases->list[i]);
	if (standard || cases->all_pairs)
		schedule_add_pairs(schedule, actors);
	if (standard)
		schedule_add_storms(schedule, actors, STANDARD_STORMS);
	if (cases->storm)
		schedule_add(schedule, SCENARIO_STORM, actors);
	add_loops(options, schedule);
}

/*
 * Find the first trial to run: the one after the last that began with the same seed. Set @begun to
 * the start record of that log.
 */
static size_t read_progress(struct options *options, struct json_object **begun)
{
	struct json_object *records = records_read(options->log);
	size_t next = 0;

	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i), *value;

		if (json_object_object_get_ex(record, "seed", &value))
			options->seed.seed = json_object_get_uint64(value);
		if (json_object_object_get_ex(record, "trial", &value))
			next = json_object_get_uint64(value) + 1;
		if (!*begun && json_object_object_get_ex(record, "cases", NULL))
			*begun = json_object_get(record);
	}
	json_object_put(records);
	return next;
}

/* On a single processor, the actor that starts later needs a higher priority. */
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
		NAME ": the scheduler gives no actor a higher priority (%s): only "
		     "--interleaving=turns, halves or loops is possible here\n",
		strerror(-*cpu));
	return EXIT_CANNOT;
}

static int run(const struct options *options, char *log, struct run_settings *settings)
{
	bool anew = !options->script && !options->log;
	int rc, status = choose_cpu(settings->schedule, &settings->cpu);

	if (status == EXIT_DONE)
		status = open_log(log, anew ? records_open_new(log) : records_open(log),
				  &settings->log);
	if (status != EXIT_DONE)
		return status;
	if (!options->script)
		fprintf(stderr, NAME ": the log is %s\n", log);
	rc = run_supervise(settings);
	close(settings->log);
	/* Without space for its result, a trial would look as if the machine had died in it. */
	if (rc == -ENOSPC)
		return EXIT_FAILED;
	status = options->script ? EXIT_DONE : report(options, log);
	return rc < 0 && status == EXIT_DONE ? EXIT_FAILED : status;
}

static int exercise(struct options *options, const struct subject *subject,
		    const struct command_lock *lock, char *log)
{
	struct schedule schedule;
	struct run_settings settings = {
		.host = subject->host,
		.schedule = &schedule,
		.trials = options->trials,
		.duration = options->duration,
		.timeout = options->timeout,
		.grace = RUN_GRACE,
		.lock = lock,
		.max_exposure = options->max_exposure,
		.script = options->script,
		.check = options->script ? NULL : options->health,
		.left_out = &subject->left_out,
	};
	int status;

	if (options->go_on)
		settings.first = read_progress(options, &settings.begun);
	settings.seed = options->seed.seed;
	fill_schedule(options, subject->actors, &schedule);
	status = run(options, log, &settings);
	schedule_close(&schedule);
	json_object_put(settings.begun);
	return status;
}

/* The default path is in a directory where every user can create files: records_open_new(). */
static char *log_path(const struct options *options)
{
	struct tm now;
	char name[32];
	time_t seconds = time(NULL);

	if (options->script || options->log)
		return memory_check(strdup(options->script ? "/dev/null" : options->log));
	localtime_r(&seconds, &now);
	strftime(name, sizeof(name), "%Y%m%d-%H%M%S", &now);
	return xasprintf("/var/tmp/cxl-exercise-%s-XXXXXX", name);
}

static int start(struct options *options)
{
	_cleanup_free_ char *log = log_path(options), *why = NULL;
	struct subject subject = {0};
	int status = subject_choose(options, &subject);
	struct command_lock lock;

	if (status == EXIT_DONE) {
		status = command_lock(&lock, &why) < 0 ? EXIT_FAILED : EXIT_DONE;
		if (status != EXIT_DONE)
			fprintf(stderr, NAME ": %s\n", why);
	}
	if (status == EXIT_DONE) {
		status = exercise(options, &subject, &lock, log);
		command_unlock(&lock);
	}
	subject_release(&subject);
	return status;
}

/* During the trials, run_supervise() knows what a signal interrupts. */
static void say_when_interrupted(const struct options *options)
{
	bool writes =
		options->shrink || options->crashed || (options->merge.count > 0 && options->log);

	interrupt_ends(NAME, writes ? "the log may lack what was to be added to it"
				    : "nothing was changed");
}

/* Is the page to be written over what the report is made of? */
static bool replaces_log(const struct options *options)
{
	const char *const logs[] = {options->log, options->report, options->crashed};

	for (size_t i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
		if (logs[i] && replace_is_same(options->html, logs[i]))
			return true;
	}
	for (size_t i = 0; i < options->merge.count; i++) {
		if (replace_is_same(options->html, options->merge.list[i]))
			return true;
	}
	return false;
}

/* Whoever wants a report of what there is gets it, even if the page cannot be written. */
static int check_page(const struct options *options)
{
	bool runs = !options->report && !options->crashed && options->merge.count == 0;
	int rc;

	if (!options->html)
		return EXIT_DONE;
	if (replaces_log(options)) {
		fprintf(stderr, NAME ": %s: the HTML file would replace a log\n", options->html);
		return EXIT_FAILED;
	}
	rc = runs ? replace_check(options->html) : 0;
	return rc < 0 ? cannot_write_page(options, rc) : EXIT_DONE;
}

static int act(struct options *options)
{
	if (options->report)
		return report(options, options->report);
	if (options->merge.count > 0)
		return merge(options);
	if (options->shrink)
		return shrink(options);
	if (options->crashed)
		return add_crash(options);
	if (geteuid() == 0) {
		libcxl_load();
		return start(options);
	}
	fputs(NAME ": this needs root\n", stderr);
	return EXIT_CANNOT;
}

int main(int argc, char **argv)
{
	static char name[] = NAME;
	struct options options;
	int status;

	/* argp begins its messages and --help with argv[0], however the program was started. */
	if (argc > 0)
		argv[0] = name;
	options_read(argc, argv, &options);
	/* The readers race as any other reader does. A read that is never answered is a finding. */
	read_limit_off();
	say_when_interrupted(&options);
	status = check_page(&options) ?: act(&options);
	options_release(&options);
	return status;
}
