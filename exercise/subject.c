// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/dependents.h"
#include "attach/read/reload.h"
#include "attach/read/take.h"
#include "attach/read/users.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "exercise/options.h"
#include "exercise/run.h"
#include "exercise/subject.h"
#include "exercise/surroundings.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/text.h"

/* Test for "mem0", or "0" */
static bool is_named(const char *wanted, const char *prefix, const char *name)
{
	return streq(wanted, name) ||
	       (strncmp(name, prefix, strlen(prefix)) == 0 && streq(wanted, name + strlen(prefix)));
}

/* The names of cxl-cli for the kinds of buses */
static const char *bus_provider(const struct snapshot_port *bus)
{
	if (bus->uport && strncmp(bus->uport, "ACPI0017", strlen("ACPI0017")) == 0)
		return "ACPI.CXL";
	if (bus->uport && streq(bus->uport, "cxl_acpi.0"))
		return "cxl_test";
	return NULL;
}

static bool is_on_bus(const struct snapshot_memdev *memdev, const char *wanted)
{
	const struct snapshot_port *bus = snapshot_bus(memdev->endpoint);

	return bus && (is_named(wanted, "root", bus->name) || streq(wanted, bus_provider(bus)));
}

static const struct snapshot_memdev *choose_memdev(const struct options *options,
						   const struct snapshot *snapshot,
						   const struct attach_answers *answers)
{
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &snapshot->memdevs[i];

		if (attach_of_memdev(answers, memdev)->state == ATTACH_ATTACHED &&
		    memdev->host.name && memdev->host.driver &&
		    (!options->bus || is_on_bus(memdev, options->bus)) &&
		    (!options->memdev || is_named(options->memdev, "mem", memdev->name)))
			return memdev;
	}
	fprintf(stderr, NAME ": no attached memdev%s%s%s%s\n", options->memdev ? " named " : "",
		options->memdev ?: "", options->bus ? " on bus " : "", options->bus ?: "");
	return NULL;
}

/*
 * Test whether detach-memdev refuses that method without -f; on test buses, only if it could crash
 */
static bool is_refused(const struct plan *plan, bool may_lose)
{
	if (plan->loses_system_ram)
		return true;
	return !may_lose && plan->nr_excess > 0;
}

static actor_set looking_actors(const struct snapshot_memdev *memdev)
{
	actor_set set = 1U << ACTOR_LIST | 1U << ACTOR_OPEN;

	if (memdev->nr_regions > 0 && memdev->regions[0]->driver)
		set |= 1U << ACTOR_REGION;
	return set;
}

/* Return the possible actors that need a device or file beside the memdev */
static actor_set surrounding_actors(const struct attach_answers *answers,
				    const struct snapshot_memdev *memdev, actor_set wanted,
				    struct left_out *left_out)
{
	struct surroundings surroundings;
	actor_set set = 0;

	surroundings_read(answers, memdev, &surroundings);
	surroundings_read_module(memdev, &surroundings);
	for (int i = FIRST_SURROUNDING; i < NR_ACTORS; i++) {
		const char *lack = surroundings_lack(&surroundings, (enum actor)i);

		if (!lack && i == ACTOR_LINK && !(wanted & 1U << i))
			lack = "whether the port can do it shows only when it is tried: name it";
		if (lack)
			left_out_add(left_out, (enum actor)i, memory_check(strdup(lack)));
		else
			set |= 1U << i;
	}
	surroundings_release(&surroundings);
	return set;
}

/* Return the possible actors, and set @refused to those that detach and are refused */
static actor_set possible_actors(const struct attach_answers *answers,
				 const struct snapshot_memdev *memdev, bool may_lose,
				 actor_set *refused)
{
	actor_set set = looking_actors(memdev);

	*refused = 0;
	for (int method = 0; method < NR_METHODS; method++) {
		struct plan plan;
		_cleanup_free_ char *why =
			plan_make(answers, &memdev, 1, (enum detach_method)method, NULL, &plan);

		if (!why && is_refused(&plan, may_lose))
			*refused |= 1U << method;
		else if (!why)
			set |= 1U << method;
		plan_release(&plan);
	}
	return set;
}

static void say_excess(const struct plan_excess *excess)
{
	_cleanup_free_ char *text = plan_excess_text(excess);

	fprintf(stderr, "  %s\n", text);
}

static void say_refused(const struct attach_answers *answers, const struct snapshot_memdev *memdev,
			actor_set refused)
{
	for (int method = 0; method < NR_METHODS; method++) {
		struct plan plan;
		_cleanup_free_ char *why = NULL;

		if (!(refused & 1U << method))
			continue;
		why = plan_make(answers, &memdev, 1, (enum detach_method)method, NULL, &plan);
		fprintf(stderr, NAME ": refused: by %s, more than %s would be detached:\n",
			detach_method_name((enum detach_method)method), memdev->name);
		for (size_t i = 0; i < plan.nr_excess; i++)
			say_excess(&plan.excess[i]);
		plan_release(&plan);
	}
}

static void say_impossible(const struct subject *subject, const struct snapshot_memdev *memdev,
			   enum actor actor)
{
	const char *why = NULL;

	for (size_t i = 0; i < subject->left_out.count; i++) {
		if (subject->left_out.list[i].actor == actor)
			why = subject->left_out.list[i].why;
	}
	fprintf(stderr, NAME ": %s: %s is not possible here%s%s\n", memdev->name, actor_name(actor),
		why ? ": " : "", why ?: "");
}

static int check_actors(const struct options *options, const struct attach_answers *answers,
			const struct snapshot_memdev *memdev, struct subject *subject)
{
	actor_set refused, wanted = cases_actors(options->cases.list, options->cases.count);
	bool may_lose = options->force || is_on_bus(memdev, "cxl_test");

	subject->actors = possible_actors(answers, memdev, may_lose, &refused);
	if (options->all_actors || wanted & actors_surrounding())
		subject->actors |= surrounding_actors(answers, memdev, wanted, &subject->left_out);
	/* An actor that the user did not name is left out if it is refused. */
	if (wanted & refused || (!is_on_bus(memdev, "cxl_test") && wanted == 0 && refused)) {
		say_refused(answers, memdev, refused);
		return EXIT_REFUSED;
	}
	for (int i = 0; i < NR_ACTORS; i++) {
		if (!(wanted & ~subject->actors & 1U << i))
			continue;
		say_impossible(subject, memdev, (enum actor)i);
		return EXIT_CANNOT;
	}
	if (!options->all_actors) { /* actors beyond those that the user named are not wanted */
		subject->actors &= ~actors_surrounding();
		left_out_release(&subject->left_out);
	}
	for (size_t i = 0; i < subject->left_out.count; i++)
		fprintf(stderr, NAME ": left out: %s (%s)\n",
			actor_name(subject->left_out.list[i].actor), subject->left_out.list[i].why);
	return EXIT_DONE;
}

int subject_choose(const struct options *options, struct subject *subject)
{
	struct snapshot snapshot;
	struct attach_answers answers;
	const struct snapshot_memdev *memdev;
	int rc, status = EXIT_FAILED;

	progress_begin("cxl: reading the CXL devices");
	rc = snapshot_take(ROOT_LIVE, &snapshot);
	progress_end();
	if (rc < 0) {
		fprintf(stderr, NAME ": cannot read the CXL devices: %s\n", strerror(-rc));
		return EXIT_FAILED;
	}
	attach_infer(&snapshot, &answers);
	snapshot_read_dependents(&snapshot);
	snapshot_read_reloads(&snapshot);
	snapshot_read_users(&snapshot);
	memdev = choose_memdev(options, &snapshot, &answers);
	if (memdev && !is_on_bus(memdev, "cxl_test") && !options->real_hardware) {
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

void subject_release(struct subject *subject)
{
	free(subject->host);
	left_out_release(&subject->left_out);
}
