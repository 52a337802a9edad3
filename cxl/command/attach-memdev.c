// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "attach/act/journal.h"
#include "attach/act/lock.h"
#include "attach/act/watch.h"
#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "attach/reason/evidence.h"
#include "attach/model/plan.h"
#include "cxl/command/attach-choose.h"
#include "cxl/command/attach-work.h"
#include "cxl/command/command.h"
#include "cxl/command/messages.h"
#include "cxl/command/reattach.h"
#include "cxl/report/detach-draw.h"
#include "cxl/report/detach-report.h"
#include "util/cleanup.h"
#include "util/interrupt.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"
#include "util/text.h"

#define NAME ATTACH_MEMDEV

#define STAYS "what is not reattached stays in the journal; 'cxl attach-memdev' goes on"

struct options {
	struct option_arguments names; /* of memdevs or hosts */
	bool all, cycle_bus, force, dry_run, timeline;
	double timeout; /* seconds */
};

struct attaching {
	const struct options *options;
	struct snapshot snapshot;
	struct attach_answers answers;
	struct journal_entry *entries;
	size_t nr_entries;
	struct attach_choice choice;
	bool some_are_gone; /* hosts that the journal had */
	pid_t left_behind;  /* a process that a task gave up, and that is in the kernel; 0: none */
	struct json_stream stream;
	int lock; /* of the steps */
};

static void check_options(void *values, const struct argp_state *state)
{
	struct options *options = values;

	/* "all" is what no name at all is. */
	for (int i = 0; i < options->names.count; i++) {
		if (strcmp(options->names.list[i], "all") == 0)
			options->names.count = 0;
	}
	if (options->all && options->names.count > 0)
		argp_error(state, "--all excludes names");
	if (options->timeline && options->dry_run)
		argp_error(state, "--dry-run excludes --timeline");
}

#define SETS(what, member) .sets = what, .offset = OPTION_IN(struct options, member)

static const struct command_option command_options[] = {
	{.name = "all",
	 .key = 'a',
	 .help = "Also attach hosts that 'cxl detach-memdev' did not detach",
	 SETS(SETS_TRUE, all)},
	{.name = "cycle-bus",
	 .help = "First unbind and rebind the root device, to recreate ports that cannot be reused",
	 SETS(SETS_TRUE, cycle_bus)},
	{.name = "force",
	 .key = 'f',
	 .help = "With --cycle-bus, also detach other devices of the bus, and reattach them",
	 SETS(SETS_TRUE, force)},
	{.name = "dry-run",
	 .help = "Print the steps, and change nothing",
	 SETS(SETS_TRUE, dry_run)},
	{.name = "timeline",
	 .help = "Print what happened as a drawing instead of JSON",
	 SETS(SETS_TRUE, timeline)},
	{.name = "timeout",
	 .arg = "SECONDS",
	 .help = "Wait at most SECONDS for the kernel to do all steps (default 30)",
	 SETS(SETS_SECONDS, timeout)},
	OPTION_DEBUG,
	{0},
};

static const struct option_set option_set = {
	.tables = (const struct option_table[]){{command_options, 0}, {0}},
	.usage = "[MEMDEV|HOST...]",
	.arguments = OPTION_IN(struct options, names),
	.about = "Reattach what 'cxl detach-memdev' detached, all of it or what is named, and "
		 "verify that memdev and region are as before; or bind a detached host to its "
		 "provider.",
	.examples = "Examples:\n"
		    "  cxl attach-memdev\n"
		    "  cxl attach-memdev mem0\n"
		    "  cxl attach-memdev 0000:35:00.0\n"
		    "\nExit status: 0 everything is attached, 1 failed, 2 wrong usage, 3 refused, "
		    "4 verification failed, 5 this system cannot do it.",
	.check = check_options,
};

static int choose(struct attaching *attaching)
{
	const struct options *options = attaching->options;
	struct attach_choice *choice = &attaching->choice;
	int status = EXIT_DONE;

	*choice = (struct attach_choice){.snapshot = &attaching->snapshot,
					 .answers = &attaching->answers,
					 .entries = attaching->entries,
					 .nr_entries = attaching->nr_entries};
	if (options->names.count == 0)
		return attach_choose_all(choice, options->all, attaching->some_are_gone);
	for (int i = 0; i < options->names.count; i++) {
		int named = attach_choose_named(choice, options->names.list[i]);

		status = status == EXIT_DONE ? named : status;
	}
	return status;
}

/* Everything below the bus is reattached with it; but it is only detached if the user agrees. */
static int judge_cycle(const struct attaching *attaching, const struct plan *plan)
{
	if (plan->nr_excess == 0)
		return EXIT_DONE;
	if (attaching->options->force && !plan->loses_system_ram) {
		fputs(NAME ": detached with the bus, and reattached:\n", stderr);
		say_excess(plan);
		return EXIT_DONE;
	}
	fprintf(stderr,
		NAME ": --cycle-bus: refused%s: the following would be detached with the bus, "
		     "is in use, or cannot be undone:\n",
		plan->loses_system_ram ? "" : " without -f");
	say_excess(plan);
	return EXIT_REFUSED;
}

static int print_steps(struct attaching *attaching, const struct attach_work *work)
{
	struct json_object *json = json_new_object();

	json_add(json, "steps", report_steps(work->steps, work->nr_steps, NULL));
	json_item(&attaching->stream, json);
	return EXIT_DONE;
}

static int run(struct attaching *attaching, const struct attach_work *work)
{
	const struct options *options = attaching->options;
	struct json_object *json;
	const char *what = NULL;
	struct watch watch;
	int rc, status;

	if (options->dry_run)
		return print_steps(attaching, work);
	rc = watch_open(&watch, NULL, &what);
	if (rc < 0) {
		fprintf(stderr, NAME ": cannot read %s: %s\n", what, strerror(-rc));
		return EXIT_CANNOT;
	}
	watch.lock = attaching->lock;
	status = reattach_and_report(
		&(struct reattach_task){
			.command = NAME,
			.steps = work->steps,
			.nr_steps = work->nr_steps,
			.hosts = work->hosts,
			.nr_hosts = work->nr_hosts,
			.entries = work->entries,
			.nr_entries = work->nr_entries,
			.timeout = options->timeout,
			.timeline = options->timeline,
		},
		&watch, &json);
	attaching->left_behind = watch.observed.stuck.pid;
	watch_close(&watch);
	if (options->timeline)
		json_object_put(json);
	else
		json_item(&attaching->stream, json);
	return status;
}

/* Also the others on the bus are in the journal, as long as they are not back. */
static int write_journal(const struct attaching *attaching, struct attach_work *work)
{
	int rc = attaching->options->dry_run ? 0 : attach_work_save(work);

	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, NAME ": cannot write the journal in %s: %s (nothing was changed)\n",
		journal_directory(), strerror(-rc));
	return EXIT_FAILED;
}

static int do_work(struct attaching *attaching, struct attach_work *work)
{
	const struct options *options = attaching->options;
	int status = options->cycle_bus ? judge_cycle(attaching, &work->cycle) : EXIT_DONE;

	attach_work_settle(work, attaching->entries, attaching->nr_entries);
	if (status == EXIT_DONE && say_unread(NAME))
		status = EXIT_FAILED;
	/* From here on, it is known what a signal interrupts, and said. */
	if (!options->dry_run)
		interrupt_waits(NAME, STAYS);
	status = status ?: write_journal(attaching, work) ?: run(attaching, work);
	if (status == EXIT_FAILED && work->binds_port && !options->cycle_bus)
		fputs(NAME ": if the kernel cannot reuse a port, --cycle-bus recreates it\n",
		      stderr);
	return status;
}

static const char *task_host(const struct attach_task *task)
{
	return task->entry ? task->entry->hosts[0].host : task->unattached->host.name;
}

/* Another detach may have taken the bus above that host. */
static void say_bus_entry(const struct attaching *attaching, const struct attach_task *task)
{
	for (size_t i = 0; i < attaching->nr_entries; i++) {
		const struct journal_entry *entry = &attaching->entries[i];

		if (entry != task->entry && !entry->error &&
		    attach_tasks_bind_bus(&(struct attach_task){.entry = entry}, 1)) {
			fprintf(stderr,
				NAME ": %s: if the bus above it is detached, too: 'cxl "
				     "attach-memdev %s' reattaches it\n",
				task_host(task), entry->hosts[0].host);
			return;
		}
	}
}

/* The kernel only says that the driver could not be bound. */
static void say_why_failed(const struct attaching *attaching, const struct attach_task *task)
{
	say_bus_entry(attaching, task);
	if (task->unattached && !task->unattached->port)
		fprintf(stderr, NAME ": no CXL topology above %s: no CXL port has it below it\n",
			task->unattached->host.name);
}

/*
 * A process that was given up still changes something, and then puts back the settings that the
 * next task would rely on.
 */
static bool may_begin(const struct attaching *attaching, const struct attach_task *task)
{
	if (attaching->left_behind)
		fprintf(stderr,
			NAME ": %s: not tried: process %d has not returned from the kernel\n",
			task_host(task), (int)attaching->left_behind);
	else if (interrupt_came())
		fprintf(stderr, NAME ": %s: not tried\n", task_host(task));
	return !attaching->left_behind && !interrupt_came();
}

/* Each task alone */
static int do_each(struct attaching *attaching)
{
	int status = EXIT_DONE;

	for (size_t i = 0; i < attaching->choice.nr_tasks; i++) {
		struct attach_work work;
		int done;

		if (!may_begin(attaching, &attaching->choice.tasks[i]))
			continue;
		attach_work_begin(&work);
		attach_work_add(&work, &attaching->snapshot, &attaching->choice.tasks[i]);
		done = do_work(attaching, &work);
		attach_work_release(&work);
		if (done == EXIT_FAILED)
			say_why_failed(attaching, &attaching->choice.tasks[i]);
		status = status ?: done;
	}
	return status;
}

/* Is its bus the one of an earlier task? */
static bool is_of_earlier(const struct attaching *attaching, size_t task,
			  const struct snapshot_port *bus)
{
	for (size_t i = 0; i < task; i++) {
		if (attach_task_bus(&attaching->snapshot, &attaching->choice.tasks[i]) == bus)
			return true;
	}
	return false;
}

/* Cycling the bus recreates its ports. Binding one that was detached itself does so, too. */
static int cycle_bus(struct attaching *attaching, const struct snapshot_port *bus)
{
	_cleanup_free_ char *why = NULL;
	struct attach_work work;
	int status = EXIT_CANNOT;

	attach_work_begin(&work);
	if (bus || !attach_tasks_bind_bus(attaching->choice.tasks, attaching->choice.nr_tasks))
		why = attach_work_cycle(&work, &attaching->answers, bus);
	if (why) {
		fprintf(stderr, NAME ": cannot cycle the bus: %s\n", why);
	} else {
		attach_work_add_of_bus(&work, &attaching->snapshot, attaching->choice.tasks,
				       attaching->choice.nr_tasks, bus);
		attach_work_add_others(&work);
		status = do_work(attaching, &work);
	}
	attach_work_release(&work);
	return status;
}

/*
 * All tasks of a bus together: cycling it once for each would detach what an earlier task has
 * reattached.
 */
static int cycle_each_bus(struct attaching *attaching)
{
	int status = EXIT_DONE;

	for (size_t i = 0; i < attaching->choice.nr_tasks; i++) {
		const struct snapshot_port *bus =
			attach_task_bus(&attaching->snapshot, &attaching->choice.tasks[i]);
		int done;

		if (is_of_earlier(attaching, i, bus) ||
		    !may_begin(attaching, &attaching->choice.tasks[i]))
			continue;
		done = cycle_bus(attaching, bus);
		status = status ?: done;
	}
	return status;
}

static int attach_all(struct attaching *attaching)
{
	int rc, status, done;

	progress_begin("cxl: reading the CXL devices");
	rc = snapshot_take(ROOT_LIVE, &attaching->snapshot);
	progress_end();
	if (rc < 0) {
		fprintf(stderr, NAME ": cannot read the CXL devices: %s\n", strerror(-rc));
		return EXIT_FAILED;
	}
	attach_infer(&attaching->snapshot, &attaching->answers);
	attaching->some_are_gone = !attaching->options->dry_run && !clean_journal(NAME);
	attaching->entries = journal_load(&attaching->nr_entries);
	say_unreadable(NAME, attaching->entries, attaching->nr_entries);
	status = say_unread(NAME) ? EXIT_FAILED : choose(attaching);
	attach_tasks_sort(attaching->choice.tasks, attaching->choice.nr_tasks);
	done = attaching->options->cycle_bus ? cycle_each_bus(attaching) : do_each(attaching);
	status = status ?: done;
	say_interrupted(NAME, STAYS);
	rc = attaching->options->timeline ? json_flush() : json_end(&attaching->stream);
	journal_release(attaching->entries, attaching->nr_entries);
	attach_answers_release(&attaching->answers);
	snapshot_release(&attaching->snapshot);
	free(attaching->choice.tasks);
	if (rc == 0)
		return status;
	fprintf(stderr, NAME ": cannot write the report: %s\n", strerror(-rc));
	return EXIT_FAILED;
}

static int attach_memdev(int argc, char **argv)
{
	struct options options = {.timeout = 30};
	struct attaching attaching = {.options = &options};
	_cleanup_free_ char *why = NULL;
	struct command_lock lock;
	int status;

	options_parse(&option_set, argc, argv, &options);
	interrupt_ends(NAME, "nothing was changed");
	if (options.dry_run)
		return attach_all(&attaching);
	if (geteuid() != 0) {
		fputs(NAME ": needs root; --dry-run does not\n", stderr);
		return EXIT_CANNOT;
	}
	if (command_lock(&lock, &why) < 0) {
		fprintf(stderr, NAME ": %s\n", why);
		return EXIT_FAILED;
	}
	attaching.lock = lock.step;
	status = attach_all(&attaching);
	command_unlock(&lock);
	interrupt_obey();
	return status;
}

const struct cxl_command attach_memdev_command = {
	.name = "attach-memdev",
	.help = "reattach what detach-memdev detached, and verify",
	.run = attach_memdev,
};
