// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "attach/act/journal.h"
#include "attach/act/libcxl-load.h"
#include "attach/act/lock.h"
#include "attach/act/watch.h"
#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "attach/reason/evidence.h"
#include "attach/model/plan.h"
#include "cxl/command/attach-choose.h"
#include "cxl/command/attach-options.h"
#include "cxl/command/attach-work.h"
#include "cxl/command/command.h"
#include "cxl/command/hooks.h"
#include "cxl/command/messages.h"
#include "cxl/command/reattach.h"
#include "cxl/report/detach-report.h"
#include "cxl/report/hooks-report.h"
#include "util/cleanup.h"
#include "util/interrupt.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/text.h"

#define NAME ATTACH_MEMDEV

/* What a second signal leaves, which ends the command at once */
#define STAYS "what is not reattached stays in the journal; 'cxl attach-memdev' goes on"

struct attaching {
	const struct attach_options *options;
	struct snapshot snapshot;
	struct attach_answers answers;
	struct journal_entry *entries;
	size_t nr_entries;
	struct attach_choice choice;
	int chosen;	    /* the exit status of choose() */
	bool some_are_gone; /* some hosts of the journal no longer exist */
	struct hook_session hooks;
	struct json_object *plan; /* gets what would be done; NULL: the tasks are done */
	bool has_begun;		  /* a step may have been written */
	pid_t left_behind;	  /* a process that a task gave up, still in the kernel; 0: none */
	struct json_stream stream;
	int lock; /* the lock of the steps */
};

static int choose(struct attaching *attaching)
{
	const struct attach_options *options = attaching->options;
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

static int add_to_plan(struct attaching *attaching, const struct attach_work *work)
{
	json_append(attaching->plan,
		    report_attach_plan(work->hosts, work->nr_hosts, work->steps, work->nr_steps));
	for (size_t i = 0; i < work->nr_hosts; i++)
		hook_session_tell_of(&attaching->hooks, work->hosts[i].host, work->hosts[i].memdev);
	return EXIT_DONE;
}

/* The hooks may have changed the machine. A host that they were not told of is refused. */
static int check_told(const struct attaching *attaching, const struct attach_work *work)
{
	for (size_t i = 0; hook_session_has_any(&attaching->hooks) && i < work->nr_hosts; i++) {
		if (hook_session_has_told(&attaching->hooks, work->hosts[i].host))
			continue;
		fprintf(stderr,
			NAME ": %s: refused: it was not in the plan that the hooks were given\n",
			work->hosts[i].host);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static int run(struct attaching *attaching, const struct attach_work *work)
{
	const struct attach_options *options = attaching->options;
	struct json_object *json;
	const char *what = NULL;
	struct watch watch;
	int rc, status;

	rc = watch_open(&watch, NULL, &what);
	if (rc < 0) {
		fprintf(stderr, NAME ": cannot read %s: %s\n", what, strerror(-rc));
		return EXIT_CANNOT;
	}
	watch.lock = attaching->lock;
	attaching->has_begun = true;
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

static int do_work(struct attaching *attaching, struct attach_work *work)
{
	const struct attach_options *options = attaching->options;
	int status = options->cycle_bus ? attach_work_judge(work, options->force) : EXIT_DONE;

	attach_work_settle(work, attaching->entries, attaching->nr_entries);
	if (status == EXIT_DONE && say_unread(NAME))
		status = EXIT_FAILED;
	if (attaching->plan)
		return status ?: add_to_plan(attaching, work);
	/* From here on, the message about a signal says what it interrupts. */
	interrupt_waits(NAME, STAYS);
	status = status
			 ?: check_told(attaching, work)
			 ?: attach_work_save(work)
			 ?: run(attaching, work);
	if (status == EXIT_FAILED && work->binds_port && !options->cycle_bus)
		fputs(NAME ": if the kernel cannot reuse a port, --cycle-bus recreates it\n",
		      stderr);
	return status;
}

static const char *task_host(const struct attach_task *task)
{
	return task->entry ? task->entry->hosts[0].host : task->unattached->host.name;
}

/* Another detach may have detached the bus above that host. */
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

/* The error of the kernel only says that the driver could not be bound. */
static void say_why_failed(const struct attaching *attaching, const struct attach_task *task)
{
	say_bus_entry(attaching, task);
	if (task->unattached && !task->unattached->port)
		fprintf(stderr, NAME ": no CXL topology above %s: no CXL port has it below it\n",
			task->unattached->host.name);
}

/*
 * A process that was given up still changes something. Afterwards it restores settings that the
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

/* Run each task by itself */
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

/* Test whether an earlier task has the same bus */
static bool is_of_earlier(const struct attaching *attaching, size_t task,
			  const struct snapshot_port *bus)
{
	for (size_t i = 0; i < task; i++) {
		if (attach_task_bus(&attaching->snapshot, &attaching->choice.tasks[i]) == bus)
			return true;
	}
	return false;
}

/*
 * Cycling the bus recreates its ports. Binding a bus that was itself detached also recreates them.
 */
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
 * Run all tasks of a bus together: cycling the bus once for each task would detach what an earlier
 * task has reattached.
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

static int attach_each(struct attaching *attaching)
{
	return attaching->options->cycle_bus ? cycle_each_bus(attaching) : do_each(attaching);
}

/* Read the machine and the journal, and choose the tasks */
static int take(struct attaching *attaching)
{
	int rc;

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
	attaching->chosen = say_unread(NAME) ? EXIT_FAILED : choose(attaching);
	attach_tasks_sort(attaching->choice.tasks, attaching->choice.nr_tasks);
	return EXIT_DONE;
}

static void release(struct attaching *attaching)
{
	journal_release(attaching->entries, attaching->nr_entries);
	if (attaching->answers.snapshot)
		attach_answers_release(&attaching->answers);
	snapshot_release(&attaching->snapshot);
	free(attaching->choice.tasks);
	attaching->entries = NULL;
	attaching->nr_entries = 0;
	attaching->answers = (struct attach_answers){0};
	attaching->choice = (struct attach_choice){0};
}

/* Plan what would be done, and tell the hooks */
static int make_plan(struct attaching *attaching)
{
	struct json_object *plan = json_new_array();
	int status;

	hook_session_tell(&attaching->hooks, plan);
	attaching->plan = plan;
	status = attach_each(attaching);
	attaching->plan = NULL;
	return status;
}

/* The hooks belong to the command and not to one task: they are an element of their own. */
static void print_hooks(struct attaching *attaching, struct json_object *hooks)
{
	struct json_object *json = json_new_object();

	json_add(json, "hooks", hooks);
	json_item(&attaching->stream, json);
}

static int dry_run(struct attaching *attaching)
{
	static const enum hook_phase phases[] = {HOOK_PRE_ATTACH, HOOK_POST_ATTACH};
	struct hook_session *session = &attaching->hooks;
	int asked = hook_session_open(session, NAME, &attaching->options->hooks);
	int status = make_plan(attaching);

	for (size_t i = 0; i < json_length(session->plan); i++)
		json_item(&attaching->stream,
			  json_object_get(json_object_array_get_idx(session->plan, i)));
	if (hook_session_has_any(session))
		print_hooks(attaching, report_hook_calls(&session->hooks, phases, 2));
	return status ?: asked;
}

/* The hooks may have changed the machine: it is read again after them. */
static int ask_hooks(struct attaching *attaching)
{
	struct hook_session *session = &attaching->hooks;
	int status = hook_session_open(session, NAME, &attaching->options->hooks);

	if (status != EXIT_DONE || !hook_session_has_any(session))
		return status;
	status = make_plan(attaching) ?: hook_session_ask(session, HOOK_PRE_ATTACH);
	if (status != EXIT_DONE)
		return status;
	release(attaching);
	return take(attaching) ?: hook_session_commit(session);
}

static int attach_with_hooks(struct attaching *attaching)
{
	struct hook_session *session = &attaching->hooks;
	int status = ask_hooks(attaching);

	status = status ?: attach_each(attaching);
	if (attaching->has_begun)
		hook_session_follow(session, HOOK_POST_ATTACH, status);
	else
		hook_session_cancel(session, HOOK_CANCEL_ATTACH);
	if (session->hooks.nr_results > 0 && !attaching->options->timeline)
		print_hooks(attaching, report_hook_results(&session->hooks));
	return status;
}

static int attach_all(struct attaching *attaching)
{
	int rc, status = take(attaching), done = EXIT_DONE;

	if (status != EXIT_DONE)
		return status;
	if (attaching->choice.nr_tasks > 0)
		done = attaching->options->dry_run ? dry_run(attaching)
						   : attach_with_hooks(attaching);
	status = attaching->chosen ?: done;
	rc = attaching->options->timeline ? json_flush() : json_end(&attaching->stream);
	release(attaching);
	/* A signal that was held for the hooks takes effect here. */
	hook_session_close(&attaching->hooks);
	say_interrupted(NAME, STAYS);
	if (rc == 0)
		return status;
	fprintf(stderr, NAME ": cannot write the report: %s\n", strerror(-rc));
	return EXIT_FAILED;
}

static int attach_memdev(int argc, char **argv)
{
	struct attach_options options;
	struct attaching attaching = {.options = &options};
	_cleanup_free_ char *why = NULL;
	struct command_lock lock;
	int status;

	attach_options_parse(argc, argv, &options);
	interrupt_ends(NAME, "nothing was changed");
	if (options.dry_run)
		return attach_all(&attaching);
	if (geteuid() != 0) {
		fputs(NAME ": needs root; --dry-run does not\n", stderr);
		return EXIT_CANNOT;
	}
	libcxl_load();
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
