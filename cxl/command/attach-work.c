// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/act/journal.h"
#include "attach/model/snapshot.h"
#include "attach/read/driver.h"
#include "attach/read/reload.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "cxl/command/attach-options.h"
#include "cxl/command/attach-work.h"
#include "cxl/report/detach-draw.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/exit-status.h"
#include "util/memory.h"
#include "util/text.h"

#define NAME ATTACH_MEMDEV

static bool binds(const struct journal_entry *entry, const struct snapshot_port *port)
{
	for (size_t i = 0; entry && i < entry->nr_undo; i++) {
		if (streq(entry->undo[i].device, port->name))
			return true;
	}
	return false;
}

const struct snapshot_port *attach_task_bus(const struct snapshot *snapshot,
					    const struct attach_task *task)
{
	const struct snapshot_port *only = NULL;
	size_t nr_buses = 0;

	if (task->unattached && task->unattached->port)
		return snapshot_bus(task->unattached->port);
	for (size_t i = 0; i < snapshot->nr_ports; i++) {
		const struct snapshot_port *port = &snapshot->ports[i];

		if (binds(task->entry, port))
			return snapshot_bus(port);
		if (port->kind != PORT_ROOT)
			continue;
		only = port;
		nr_buses++;
	}
	return nr_buses == 1 ? only : NULL;
}

static bool is_host(const struct journal_entry *entry, const char *device)
{
	for (size_t i = 0; i < entry->nr_hosts; i++) {
		if (streq(entry->hosts[i].host, device))
			return true;
	}
	return false;
}

/* A bind of a bus: the bus "cxl" has only ports and memdevs, and a host is not a bus. */
static bool binds_bus(const struct attach_task *task)
{
	for (size_t i = 0; task->entry && i < task->entry->nr_undo; i++) {
		const struct step *step = &task->entry->undo[i];

		if (step->action == STEP_BIND && !streq(step->bus, "cxl") &&
		    !is_host(task->entry, step->device))
			return true;
	}
	return false;
}

bool attach_tasks_bind_bus(const struct attach_task *tasks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (binds_bus(&tasks[i]))
			return true;
	}
	return false;
}

static uint64_t task_time(const struct attach_task *task)
{
	return task->entry ? task->entry->time_us : 0;
}

/* The sort is stable: tasks of the same time keep their order. */
void attach_tasks_sort(struct attach_task *tasks, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const struct attach_task task = tasks[i];
		size_t to = i;

		for (; to > 0 && task_time(&tasks[to - 1]) < task_time(&task); to--)
			tasks[to] = tasks[to - 1];
		tasks[to] = task;
	}
}

void attach_work_begin(struct attach_work *work)
{
	*work = (struct attach_work){0};
}

static bool has_bind(const struct attach_work *work, const struct step *bind)
{
	for (size_t i = 0; i < work->nr_steps; i++) {
		if (step_same(&work->steps[i], bind))
			return true;
	}
	return false;
}

/* Add each bind once: entries of the journal can have the same ports and bus above their hosts. */
static void add_steps(struct attach_work *work, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (steps[i].action != STEP_BIND || !has_bind(work, &steps[i]))
			*APPEND(work->steps, work->nr_steps) = steps[i];
	}
}

char *attach_work_cycle(struct attach_work *work, const struct attach_answers *answers,
			const struct snapshot_port *bus)
{
	char *why = plan_cycle_bus(answers, bus, &work->cycle);

	if (!why) {
		reattach_prove(&work->cycle);
		add_steps(work, work->cycle.steps, work->cycle.nr_steps);
	}
	return why;
}

/* Return the module of the host's last or future driver; NULL if it is unknown */
static const char *module_of(const struct snapshot *snapshot, const struct journal_entry *entry,
			     const char *host)
{
	for (size_t i = 0; i < entry->nr_hosts; i++) {
		if (streq(entry->hosts[i].host, host) && entry->hosts[i].module)
			return entry->hosts[i].module;
	}
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		if (streq(snapshot->unattached_hosts[i].host.name, host))
			return snapshot->unattached_hosts[i].host.module;
	}
	return NULL;
}

/* A user may have unloaded the module since the detach. */
static void add_missing_modules(struct attach_work *work, const struct snapshot *snapshot,
				const struct journal_entry *entry)
{
	for (size_t i = 0; i < entry->nr_undo; i++) {
		const struct step *bind = &entry->undo[i];
		const char *module = module_of(snapshot, entry, bind->device);
		struct step load = {.action = STEP_LOAD, .driver = module};
		_cleanup_free_ char *missing = NULL;

		if (bind->action == STEP_LOAD)
			return; /* the undo itself loads it */
		if (bind->action == STEP_BIND && module)
			missing = step_missing(snapshot->root, bind);
		if (missing)
			add_steps(work, &load, 1);
	}
}

/*
 * A user may have removed and rescanned the device since the detach. The device then lacks the
 * driver_override by which its driver bound it, unless that driver binds all devices of its kind.
 */
static void add_lost_overrides(struct attach_work *work, const struct snapshot *snapshot,
			       const struct journal_entry *entry)
{
	for (size_t i = 0; i < entry->nr_hosts; i++) {
		const struct expected_host *host = &entry->hosts[i];
		_cleanup_free_ char *now = override_of(snapshot->root, host->bus, host->host);
		_cleanup_free_ char *driver = driver_of(snapshot->root, host->bus, host->host);
		struct step set = {.action = STEP_OVERRIDE,
				   .bus = host->bus,
				   .device = host->host,
				   .driver = host->override};

		/* The undo handles a device that is missing. */
		_cleanup_free_ char *missing = step_missing(snapshot->root, &set);

		if (streq(host->override, host->driver) && !now && !driver && !missing)
			add_steps(work, &set, 1);
	}
}

static void add_entry(struct attach_work *work, const struct snapshot *snapshot,
		      const struct journal_entry *entry)
{
	add_missing_modules(work, snapshot, entry);
	add_lost_overrides(work, snapshot, entry);
	*APPEND(work->entries, work->nr_entries) = (struct reattach_entry){
		entry->name, work->nr_hosts, entry->nr_hosts, entry->undo, entry->nr_undo};
	*APPEND(work->journal, work->nr_journal) = entry;
	work->binds_port |= streq(entry->method, detach_method_name(METHOD_PORT));
	add_steps(work, entry->undo, entry->nr_undo);
	for (size_t i = 0; i < entry->nr_hosts; i++)
		*APPEND(work->hosts, work->nr_hosts) = entry->hosts[i];
}

static void add_host(struct attach_work *work, const struct snapshot_unattached_host *unattached)
{
	struct plan *plan = APPEND(work->attach, work->nr_attach);

	plan_attach(unattached, plan);
	work->binds_port |= unattached->port && !unattached->port->enabled;
	add_steps(work, plan->undo, plan->nr_undo);
	*APPEND(work->hosts, work->nr_hosts) = (struct expected_host){
		.host = unattached->host.name,
		.bus = unattached->host.subsystem,
		.driver = unattached->provider,
	};
}

void attach_work_add(struct attach_work *work, const struct snapshot *snapshot,
		     const struct attach_task *task)
{
	if (task->entry)
		add_entry(work, snapshot, task->entry);
	else
		add_host(work, task->unattached);
	work->nr_own = work->nr_hosts;
}

void attach_work_add_of_bus(struct attach_work *work, const struct snapshot *snapshot,
			    const struct attach_task *tasks, size_t count,
			    const struct snapshot_port *bus)
{
	for (int binds = 1; binds >= 0; binds--) {
		for (size_t i = 0; i < count; i++) {
			if (attach_task_bus(snapshot, &tasks[i]) == bus &&
			    binds_bus(&tasks[i]) == binds)
				attach_work_add(work, snapshot, &tasks[i]);
		}
	}
}

static bool has_host(const struct attach_work *work, const char *name)
{
	for (size_t i = 0; i < work->nr_hosts; i++) {
		if (streq(work->hosts[i].host, name))
			return true;
	}
	return false;
}

/*
 * Leave out each host that has an entry: a detach may have been given up before it reached the
 * host, and its entry has the original state.
 */
static void leave_out_known(struct attach_work *work)
{
	struct plan *cycle = &work->cycle;
	size_t left = 0;

	for (size_t i = 0; i < cycle->nr_memdevs; i++) {
		if (!has_host(work, cycle->memdevs[i]->host.name))
			cycle->memdevs[left++] = cycle->memdevs[i];
	}
	cycle->nr_memdevs = left;
}

void attach_work_add_others(struct attach_work *work)
{
	if (work->cycle.nr_undo == 0)
		return;
	leave_out_known(work);
	/* The first step binds the bus. That step is already in the list. */
	add_steps(work, work->cycle.undo + 1, work->cycle.nr_undo - 1);
	for (size_t i = 0; i < work->cycle.nr_memdevs; i++)
		expected_host_of(work->cycle.memdevs[i], APPEND(work->hosts, work->nr_hosts));
}

void attach_work_settle(struct attach_work *work, const struct journal_entry *entries,
			size_t nr_entries)
{
	struct step *steps = work->steps;

	work->steps = reattach_steps(steps, work->nr_steps, entries, nr_entries, &work->nr_steps);
	free(steps);
}

static bool is_in_entry(const struct attach_work *work, const struct expected_host *host)
{
	for (size_t i = 0; i < work->nr_journal; i++) {
		if (journal_find_host(work->journal[i], 1, host->host))
			return true;
	}
	return false;
}

/* No other entry would record that a host without an entry needs the bus bound again. */
static int save_hosts(struct attach_work *work)
{
	const struct step *undo = work->steps + 1;
	int rc = 0;

	for (size_t i = 0; i < work->nr_own && rc == 0; i++) {
		const struct expected_host *host = &work->hosts[i];

		if (is_in_entry(work, host))
			continue;
		rc = journal_save_host(host, METHOD_BUS, undo, work->nr_steps - 1);
		if (rc == 0)
			*APPEND(work->entries, work->nr_entries) =
				(struct reattach_entry){host->host, i, 1, undo, work->nr_steps - 1};
	}
	return rc;
}

/* Save the memdevs that this cycle detaches and that were not detached before */
static int save_others(struct attach_work *work)
{
	int rc = journal_save(&work->cycle);

	if (rc == 0)
		*APPEND(work->entries, work->nr_entries) = (struct reattach_entry){
			journal_entry_name(&work->cycle), work->nr_own, work->cycle.nr_memdevs,
			work->cycle.undo, work->cycle.nr_undo};
	return rc;
}

int attach_work_judge(const struct attach_work *work, bool force)
{
	const struct plan *plan = &work->cycle;

	if (plan->nr_excess == 0)
		return EXIT_DONE;
	if (force && !plan->loses_system_ram) {
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

/* The journal also has the other memdevs of the bus until they are reattached. */
static int save(struct attach_work *work)
{
	int rc = 0;

	/*
	 * In the middle of a cycle the bus is unbound, and each entry must bind it again. Its undo
	 * is therefore every step after the first one, which unbinds the bus.
	 */
	if (work->cycle.nr_steps == 0)
		return 0;
	for (size_t i = 0; rc == 0 && i < work->nr_journal; i++)
		rc = journal_set_undo(work->journal[i], work->steps + 1, work->nr_steps - 1);
	if (rc == 0)
		rc = save_hosts(work);
	return rc < 0 || work->cycle.nr_memdevs == 0 ? rc : save_others(work);
}

int attach_work_save(struct attach_work *work)
{
	int rc = save(work);

	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, NAME ": cannot write the journal in %s: %s (nothing was changed)\n",
		journal_directory(), strerror(-rc));
	return EXIT_FAILED;
}

void attach_work_release(struct attach_work *work)
{
	for (size_t i = 0; i < work->nr_hosts; i++)
		free(work->hosts[i].driver_now);
	for (size_t i = work->nr_own; i < work->nr_hosts; i++)
		free((struct expected_region *)work->hosts[i].regions);
	for (size_t i = 0; i < work->nr_attach; i++)
		plan_release(&work->attach[i]);
	free(work->attach);
	free(work->hosts);
	free(work->steps);
	free(work->entries);
	free(work->journal);
	free(work->cycle_entry);
	plan_release(&work->cycle);
}
