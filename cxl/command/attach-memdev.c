// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach/act/journal.h"
#include "attach/act/watch.h"
#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks.h"
#include "cxl/command/command.h"
#include "cxl/command/reattach.h"
#include "cxl/report/detach-draw.h"
#include "cxl/report/detach-report.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/sysfs.h"

#define NAME "cxl attach-memdev"

enum { KEY_CYCLE_BUS = 0x200, KEY_DRY_RUN, KEY_TIMELINE, KEY_TIMEOUT, KEY_DEBUG };

struct options {
	char **names; /* of memdevs or hosts */
	int nr_names;
	bool all, cycle_bus, force, dry_run, timeline;
	double timeout; /* seconds */
};

/* One thing to bring back: an entry of the journal, or a host that is in none */
struct task {
	const struct journal_entry *entry;
	const struct snapshot_unattached_host *unattached;
};

struct attaching {
	const struct options *options;
	struct snapshot snapshot;
	struct attach_answers answers;
	struct journal_entry *entries;
	size_t nr_entries;
	struct task *tasks;
	size_t nr_tasks;
	struct json_stream stream;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'a':
		options->all = true;
		return 0;
	case KEY_CYCLE_BUS:
		options->cycle_bus = true;
		return 0;
	case 'f':
		options->force = true;
		return 0;
	case KEY_DRY_RUN:
		options->dry_run = true;
		return 0;
	case KEY_TIMELINE:
		options->timeline = true;
		return 0;
	case KEY_TIMEOUT:
		options->timeout = parse_seconds(arg, state);
		return 0;
	case KEY_DEBUG:
		sysfs_debug = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->names = state->argv + state->next;
		options->nr_names = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if (options->all && options->nr_names > 0)
			argp_error(state, "--all and names exclude each other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option argp_options[] = {
	{"all", 'a', NULL, 0, "Also hosts that this program has not detached", 1},
	{"cycle-bus", KEY_CYCLE_BUS, NULL, 0,
	 "Make all ports of the bus anew first, for a port that cannot be used again", 1},
	{"force", 'f', NULL, 0, "Cycle the bus although others are on it, and bring them back, too",
	 1},
	{"dry-run", KEY_DRY_RUN, NULL, 0, "Print the steps, and change nothing", 1},
	{"timeline", KEY_TIMELINE, NULL, 0, "Draw what happened, instead of JSON", 1},
	{"timeout", KEY_TIMEOUT, "SECONDS", 0, "How long the kernel may take (default 30)", 1},
	{"debug", KEY_DEBUG, NULL, 0, "Say what could not be read", 1},
	{0},
};

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "[MEMDEV|HOST...]",
	.doc = "Bring back what 'cxl detach-memdev' took down, all of it or what is named, and "
	       "verify "
	       "that memdev and region are as they were; or bind a detached host to its provider.\v"
	       "Examples:\n"
	       "  cxl attach-memdev\n"
	       "  cxl attach-memdev mem0\n"
	       "  cxl attach-memdev 0000:35:00.0\n"
	       "\nExit status: 0 all is back, 1 failed, 2 wrong usage, 3 refused, 4 the kernel did "
	       "not keep a "
	       "promise, 5 this system cannot do it.",
};

static bool is_named(const struct expected_host *host, const char *name)
{
	return strcmp(host->host, name) == 0 ||
	       (host->memdev && (strcmp(host->memdev, name) == 0 ||
				 strcmp(host->memdev + strlen("mem"), name) == 0));
}

static const struct journal_entry *find_entry(const struct attaching *attaching, const char *name)
{
	for (size_t i = 0; i < attaching->nr_entries; i++) {
		for (size_t j = 0; j < attaching->entries[i].nr_hosts; j++) {
			if (is_named(&attaching->entries[i].hosts[j], name))
				return &attaching->entries[i];
		}
	}
	return NULL;
}

static const struct snapshot_unattached_host *find_unattached_host(const struct snapshot *snapshot,
								   const char *name)
{
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		if (strcmp(snapshot->unattached_hosts[i].host.name, name) == 0)
			return &snapshot->unattached_hosts[i];
	}
	return NULL;
}

static bool is_attached(const struct attaching *attaching, const char *name)
{
	const struct snapshot *snapshot = &attaching->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &snapshot->memdevs[i];

		if (attach_of_memdev(&attaching->answers, memdev)->state == ATTACH_NONE)
			continue;
		if (strcmp(memdev->name, name) == 0 ||
		    strcmp(memdev->name + strlen("mem"), name) == 0 ||
		    (memdev->host.name && strcmp(memdev->host.name, name) == 0))
			return true;
	}
	return false;
}

static void add_task(struct attaching *attaching, const struct journal_entry *entry,
		     const struct snapshot_unattached_host *unattached)
{
	for (size_t i = 0; i < attaching->nr_tasks; i++) {
		if (attaching->tasks[i].entry == entry &&
		    attaching->tasks[i].unattached == unattached)
			return;
	}
	*APPEND(attaching->tasks, attaching->nr_tasks) = (struct task){entry, unattached};
}

static int add_named(struct attaching *attaching, const char *name)
{
	const struct journal_entry *entry = find_entry(attaching, name);
	const struct snapshot_unattached_host *unattached =
		find_unattached_host(&attaching->snapshot, name);

	if (entry || unattached) {
		add_task(attaching, entry, entry ? NULL : unattached);
		return EXIT_DONE;
	}
	if (is_attached(attaching, name)) {
		fprintf(stderr, NAME ": %s is attached already\n", name);
		return EXIT_DONE;
	}
	fprintf(stderr,
		NAME ": nothing is known of '%s': it is neither in the journal nor a host whose "
		     "provider is known\n",
		name);
	return EXIT_FAILED;
}

static int add_all(struct attaching *attaching)
{
	const struct snapshot *snapshot = &attaching->snapshot;

	for (size_t i = 0; i < attaching->nr_entries; i++)
		add_task(attaching, &attaching->entries[i], NULL);
	for (size_t i = 0; attaching->options->all && i < snapshot->nr_unattached_hosts; i++) {
		const struct snapshot_unattached_host *unattached = &snapshot->unattached_hosts[i];

		if (attach_of_unattached_host(&attaching->answers, unattached)->state ==
			    ATTACH_DETACHED &&
		    !journal_find_host(attaching->entries, attaching->nr_entries,
				       unattached->host.name))
			add_task(attaching, NULL, unattached);
	}
	if (attaching->nr_tasks == 0)
		fputs(NAME ": nothing has been detached\n", stderr);
	return EXIT_DONE;
}

static int choose(struct attaching *attaching)
{
	const struct options *options = attaching->options;
	int status = EXIT_DONE;

	if (options->nr_names == 0)
		return add_all(attaching);
	for (int i = 0; i < options->nr_names; i++) {
		int named = add_named(attaching, options->names[i]);

		status = status == EXIT_DONE ? named : status;
	}
	return status;
}

static int run(struct attaching *attaching, const struct reattach *back)
{
	struct json_object *json = json_new_object();
	const char *what = NULL;
	struct watch watch;
	int rc, status;

	if (attaching->options->dry_run) {
		json_add(json, "steps", report_steps(back->steps, back->nr_steps, NULL));
		json_item(&attaching->stream, json);
		return EXIT_DONE;
	}
	rc = watch_open(&watch, &what);
	if (rc < 0) {
		json_object_put(json);
		fprintf(stderr, NAME ": cannot read %s: %s\n", what, strerror(-rc));
		return EXIT_CANNOT;
	}
	status = reattach_run(back, &watch, json);
	watch_close(&watch);
	if (attaching->options->timeline)
		json_object_put(json);
	else
		json_item(&attaching->stream, json);
	return status;
}

/* Which bus a task is about: that of the port that it binds, of the host's, or the only one */
static const struct snapshot_port *bus_of(const struct attaching *attaching,
					  const struct task *task)
{
	const struct snapshot *snapshot = &attaching->snapshot;
	const struct snapshot_port *only = NULL;
	size_t nr_buses = 0;

	if (task->unattached && task->unattached->port)
		return snapshot_bus(task->unattached->port);
	for (size_t i = 0; i < snapshot->nr_ports; i++) {
		const struct snapshot_port *port = &snapshot->ports[i];

		for (size_t j = 0; task->entry && j < task->entry->nr_undo; j++) {
			if (task->entry->undo[j].device &&
			    strcmp(task->entry->undo[j].device, port->name) == 0)
				return snapshot_bus(port);
		}
		if (port->kind != PORT_ROOT)
			continue;
		only = port;
		nr_buses++;
	}
	return nr_buses == 1 ? only : NULL;
}

/* What goes with the bus comes back with it; only, it is not for us to take it down unasked. */
static int judge_cycle(const struct attaching *attaching, const struct plan *plan)
{
	if (plan->nr_excess == 0)
		return EXIT_DONE;
	if (attaching->options->force && !plan->loses_system_ram) {
		fputs(NAME ": this goes with the bus, and comes back:\n", stderr);
		say_excess(plan);
		return EXIT_DONE;
	}
	fprintf(stderr, NAME ": --cycle-bus is refused%s: this would go with the bus:\n",
		plan->loses_system_ram ? "" : " without -f");
	say_excess(plan);
	return EXIT_REFUSED;
}

/* A task, with all that it takes */
struct work {
	struct plan cycle, attach;
	struct step *steps;
	size_t nr_steps;
	struct expected_host *hosts;
	size_t nr_hosts;
	size_t nr_own; /* of the hosts, those that belong to the journal's entry or to the task */
};

static void add_steps(struct work *work, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*APPEND(work->steps, work->nr_steps) = steps[i];
}

static int add_cycle(const struct attaching *attaching, const struct task *task, struct work *work)
{
	_cleanup_free_ char *why =
		plan_cycle_bus(&attaching->answers, bus_of(attaching, task), &work->cycle);

	if (why) {
		fprintf(stderr, NAME ": cannot cycle the bus: %s\n", why);
		return EXIT_CANNOT;
	}
	add_steps(work, work->cycle.steps, work->cycle.nr_steps);
	return judge_cycle(attaching, &work->cycle);
}

static void add_own(const struct task *task, struct work *work)
{
	if (task->entry) {
		add_steps(work, task->entry->undo, task->entry->nr_undo);
		for (size_t i = 0; i < task->entry->nr_hosts; i++)
			*APPEND(work->hosts, work->nr_hosts) = task->entry->hosts[i];
	} else {
		plan_attach(task->unattached, &work->attach);
		add_steps(work, work->attach.undo, work->attach.nr_undo);
		*APPEND(work->hosts, work->nr_hosts) = (struct expected_host){
			.host = task->unattached->host.name,
			.bus = task->unattached->host.subsystem,
			.driver = task->unattached->provider,
		};
	}
	work->nr_own = work->nr_hosts;
}

/* What was on the bus besides, after what the task is about */
static void add_others(struct work *work)
{
	add_steps(work, work->cycle.undo, work->cycle.nr_undo);
	for (size_t i = 0; i < work->cycle.nr_memdevs; i++)
		expected_host_of(work->cycle.memdevs[i], APPEND(work->hosts, work->nr_hosts));
}

static void release_work(struct work *work)
{
	for (size_t i = 0; i < work->nr_hosts; i++)
		free(work->hosts[i].driver_now);
	for (size_t i = work->nr_own; i < work->nr_hosts; i++)
		free((struct expected_region *)work->hosts[i].regions);
	free(work->hosts);
	free(work->steps);
	plan_release(&work->cycle);
	plan_release(&work->attach);
}

static int do_task(struct attaching *attaching, const struct task *task)
{
	const struct options *options = attaching->options;
	struct work work = {0};
	int status = options->cycle_bus ? add_cycle(attaching, task, &work) : EXIT_DONE;

	if (status == EXIT_DONE) {
		add_own(task, &work);
		add_others(&work);
		status =
			run(attaching, &(struct reattach){
					       .command = NAME,
					       .steps = work.steps,
					       .nr_steps = work.nr_steps,
					       .hosts = work.hosts,
					       .nr_hosts = work.nr_hosts,
					       .entry = task->entry,

					       .timeout_us = (uint64_t)(options->timeout * 1000000),
					       .timeline = options->timeline,
				       });
		if (status == EXIT_FAILED && task->entry && !options->cycle_bus &&
		    strcmp(task->entry->method, "port") == 0)
			fputs(NAME
			      ": where the kernel cannot use a port again, --cycle-bus makes it "
			      "anew\n",
			      stderr);
	}
	release_work(&work);
	return status;
}

static int attach_all(struct attaching *attaching)
{
	int rc = snapshot_take(&attaching->snapshot), status;

	if (rc < 0) {
		fprintf(stderr, NAME ": cannot read the CXL devices: %s\n", strerror(-rc));
		return EXIT_FAILED;
	}
	attach_infer(&attaching->snapshot, &attaching->answers);
	if (!attaching->options->dry_run)
		journal_clean();
	attaching->entries = journal_load(&attaching->nr_entries);
	status = choose(attaching);
	for (size_t i = 0; i < attaching->nr_tasks; i++) {
		int done = do_task(attaching, &attaching->tasks[i]);

		status = status == EXIT_DONE ? done : status;
	}
	rc = attaching->options->timeline ? json_flush() : json_end(&attaching->stream);
	journal_release(attaching->entries, attaching->nr_entries);
	attach_answers_release(&attaching->answers);
	snapshot_release(&attaching->snapshot);
	free(attaching->tasks);
	if (rc == 0)
		return status;
	fprintf(stderr, NAME ": cannot write the report: %s\n", strerror(-rc));
	return EXIT_FAILED;
}

static int attach_memdev(int argc, char **argv)
{
	struct options options = {.timeout = 30};
	struct attaching attaching = {.options = &options};
	int lock, status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &options))
		return EXIT_USAGE;
	if (options.dry_run)
		return attach_all(&attaching);
	if (geteuid() != 0) {
		fputs(NAME ": needs root; --dry-run does not\n", stderr);
		return EXIT_CANNOT;
	}
	lock = journal_lock(NAME);
	if (lock < 0)
		return EXIT_FAILED;
	status = attach_all(&attaching);
	close(lock);
	return status;
}

const struct cxl_command attach_memdev_command = {
	.name = "attach-memdev",
	.help = "bring back what detach-memdev took down, and verify",
	.argp = &argp,
	.run = attach_memdev,
};
