// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include <json-c/json.h>

#include "attach/read/dependents.h"
#include "attach/read/take.h"
#include "attach/read/users.h"
#include "attach/reason/lock.h"
#include "attach/reason/plan.h"
#include "cxl/command/selection.h"
#include "cxl/report/detach-draw.h"
#include "cxl/report/detach-report.h"
#include "cxl/report/dot.h"
#include "cxl/report/guard-report.h"
#include "cxl/report/report.h"
#include "test/damage/answers.h"
#include "util/json.h"
#include "util/memory.h"

/* A guarded command, and the objects that "all" selects for it */
static const struct {
	const char *name;
	enum operation operation;
	enum selection_kind kind;
} commands[] = {
	{"destroy-region", OPERATION_DESTROY_REGION, SELECT_REGIONS},
	{"disable-region", OPERATION_DISABLE_REGION, SELECT_REGIONS},
	{"disable-memdev", OPERATION_DISABLE_MEMDEV, SELECT_MEMDEVS},
	{"disable-port", OPERATION_DISABLE_PORT, SELECT_PORTS},
	{"disable-port", OPERATION_DISABLE_PORT, SELECT_ENDPOINTS},
	{"disable-bus", OPERATION_DISABLE_BUS, SELECT_BUSES},
	{"free-dpa", OPERATION_FREE_DPA, SELECT_MEMDEVS},
};
#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

static const struct selection_filters no_filters;

const char *schema_name(enum schema schema)
{
	static const char *const names[] = {
		[SCHEMA_LIST_ATTACH] = "list-attach",
		[SCHEMA_LIST_LOCKED] = "list-locked",
		[SCHEMA_GUARD] = "guard",
		[SCHEMA_PLAN] = "detach-memdev-plan",
	};

	return names[schema];
}

bool schema_is_array(enum schema schema)
{
	return schema != SCHEMA_PLAN;
}

int machine_read(struct root root, struct machine *machine)
{
	struct snapshot brief;
	int rc = snapshot_take_brief(root, NULL, &brief);

	if (rc == 0)
		snapshot_release(&brief);
	rc = snapshot_take(root, &machine->snapshot);
	if (rc < 0)
		return rc;
	attach_infer(&machine->snapshot, &machine->answers);
	snapshot_read_dependents(&machine->snapshot);
	snapshot_read_users(&machine->snapshot);
	return 0;
}

void machine_release(struct machine *machine)
{
	attach_answers_release(&machine->answers);
	snapshot_release(&machine->snapshot);
}

/* The receiver of the answers */
struct taker {
	answer_function *take;
	void *data;
};

static void give(const struct taker *taker, enum schema schema, struct json_object *json)
{
	json_add_number(json, "format_version", JSON_FORMAT_VERSION); /* as json_item() does */
	taker->take(taker->data, schema,
		    json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
								 JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json);
}

static void give_attach(const struct taker *taker, struct json_object *json,
			const struct attach_answer *answer)
{
	report_add_evidence(json, answer);
	give(taker, SCHEMA_LIST_ATTACH, json);
}

static void list(const struct machine *machine, const struct taker *taker)
{
	const struct snapshot *snapshot = &machine->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		give_attach(taker, report_memdev(&machine->answers, &snapshot->memdevs[i], false),
			    attach_of_memdev(&machine->answers, &snapshot->memdevs[i]));
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		const struct snapshot_unattached_host *host = &snapshot->unattached_hosts[i];

		if (attach_of_unattached_host(&machine->answers, host)->state != ATTACH_NONE)
			give_attach(taker, report_unattached_host(&machine->answers, host, false),
				    attach_of_unattached_host(&machine->answers, host));
	}
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		struct lock_answer lock;

		lock_infer(&machine->answers, &snapshot->regions[i], &lock);
		give(taker, SCHEMA_LIST_LOCKED, report_lock(&snapshot->regions[i], &lock, false));
		lock_answer_release(&lock);
	}
}

/* A function for each plan and each verdict: report it as JSON, or print it for people */
typedef void plan_function(const struct taker *taker, const struct plan *plan,
			   enum plan_verdict verdict);
typedef void verdict_function(const struct taker *taker, const struct attach_answers *answers,
			      const char *command, const struct verdict *verdict);

/* detach-memdev refuses any other memdev before it makes a plan. */
static bool can_be_planned(const struct machine *machine, const struct snapshot_memdev *memdev)
{
	return attach_of_memdev(&machine->answers, memdev)->state != ATTACH_NONE &&
	       memdev->host.name && memdev->host.driver && memdev->host.subsystem;
}

static void make_plan(const struct machine *machine, const struct snapshot_memdev *memdev,
		      enum detach_method method, const char *hand_to, plan_function *use,
		      const struct taker *taker)
{
	struct plan plan;
	char *why = plan_make(&machine->answers, &memdev, 1, method, hand_to, &plan);

	if (!why) {
		use(taker, &plan, plan_judge(&plan, false, false));
		use(taker, &plan, plan_judge(&plan, true, true));
	}
	free(why);
	plan_release(&plan);
}

static void make_plans(const struct machine *machine, plan_function *use, const struct taker *taker)
{
	for (size_t i = 0; i < machine->snapshot.nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &machine->snapshot.memdevs[i];

		if (!can_be_planned(machine, memdev))
			continue;
		for (enum detach_method method = 0; method < NR_METHODS; method++)
			make_plan(machine, memdev, method, NULL, use, taker);
		make_plan(machine, memdev, METHOD_HOST, "vfio-pci", use, taker);
	}
}

static void judge(const struct machine *machine, size_t command, bool force, verdict_function *use,
		  const struct taker *taker)
{
	struct verdict_object *objects;
	size_t count = selection_find(&machine->snapshot, commands[command].kind, &no_filters,
				      "all", &objects);

	for (size_t i = 0; i < count; i++) {
		struct verdict verdict;

		verdict_judge(&machine->answers, commands[command].operation, force, &objects[i],
			      &verdict);
		use(taker, &machine->answers, commands[command].name, &verdict);
		verdict_release(&verdict);
	}
	free(objects);
}

static void judge_all(const struct machine *machine, verdict_function *use,
		      const struct taker *taker)
{
	for (size_t i = 0; i < NR_COMMANDS; i++) {
		judge(machine, i, false, use, taker);
		judge(machine, i, true, use, taker);
	}
}

static void give_plan(const struct taker *taker, const struct plan *plan, enum plan_verdict verdict)
{
	give(taker, SCHEMA_PLAN, report_plan(plan, verdict, false));
}

static void give_verdict(const struct taker *taker, const struct attach_answers *answers,
			 const char *command, const struct verdict *verdict)
{
	(void)answers;
	give(taker, SCHEMA_GUARD, guard_json(command, verdict));
}

void machine_answer(const struct machine *machine, answer_function *take, void *data)
{
	const struct taker taker = {take, data};

	list(machine, &taker);
	make_plans(machine, give_plan, &taker);
	judge_all(machine, give_verdict, &taker);
}

static void say_plan(const struct taker *taker, const struct plan *plan, enum plan_verdict verdict)
{
	(void)taker;
	draw_plan(plan, verdict);
	say_excess(plan);
}

static void say_verdict(const struct taker *taker, const struct attach_answers *answers,
			const char *command, const struct verdict *verdict)
{
	(void)taker;
	guard_say(command, verdict);
	guard_explain(answers, command, verdict);
}

static void draw_graph(const struct machine *machine)
{
	const struct snapshot *snapshot = &machine->snapshot;
	struct dot dot;

	dot_begin(&dot, &machine->answers);
	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		dot_memdev(&dot, &snapshot->memdevs[i]);
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		const struct snapshot_unattached_host *host = &snapshot->unattached_hosts[i];

		dot_unattached(&dot, &host->host, "detached", host->provider, host->port);
	}
	dot_end(&dot);
}

void machine_say(const struct machine *machine)
{
	draw_graph(machine);
	make_plans(machine, say_plan, NULL);
	judge_all(machine, say_verdict, NULL);
}

bool machine_is_attached(const struct machine *machine, const char *name)
{
	const struct snapshot_memdev *memdev = snapshot_find_memdev(&machine->snapshot, name);

	return memdev && attach_of_memdev(&machine->answers, memdev)->state == ATTACH_ATTACHED;
}

bool machine_refuses(const struct machine *machine, const char *name)
{
	struct verdict_object *objects;
	size_t count =
		selection_find(&machine->snapshot, SELECT_REGIONS, &no_filters, name, &objects);
	bool refuses = count > 0;

	for (size_t i = 0; i < count; i++) {
		struct verdict verdict;

		verdict_judge(&machine->answers, OPERATION_DESTROY_REGION, true, &objects[i],
			      &verdict);
		refuses &= verdict.kind == VERDICT_REFUSED;
		verdict_release(&verdict);
	}
	free(objects);
	return refuses;
}
