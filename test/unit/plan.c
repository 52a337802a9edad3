// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "test/unit/small-machine.h"
#include "util/memory.h"

/* What a plan for mem0, or for @memdev, must contain: each word followed by a space */
struct expected {
	enum detach_method method;
	const char *memdev;
	const char *steps, *undo, *changes, *excess;
};

static const struct expected expected[] = {
	{.method = METHOD_MEMDEV,
	 .steps = "unbind:mem0:cxl_mem ",
	 .undo = "bind:0000:11:00.0:sfc ",
	 .changes = "decoder2.0:removed endpoint2:removed mem0:removed region0:removed ",
	 .excess = ""},
	{.method = METHOD_HOST,
	 .steps = "unbind:0000:11:00.0:sfc ",
	 .undo = "bind:0000:11:00.0:sfc ",
	 .changes = "decoder2.0:removed endpoint2:removed mem0:removed region0:removed ",
	 .excess = ""},
	{.method = METHOD_ENDPOINT,
	 .steps = "unbind:endpoint2:cxl_port ",
	 .undo = "bind:0000:11:00.0:sfc ",
	 .changes = "decoder2.0:removed endpoint2:removed mem0:removed region0:removed ",
	 .excess = ""},
	{.method = METHOD_PORT,
	 .steps = "unbind:port1:cxl_port ",
	 .undo = "bind:port1:cxl_port bind:0000:11:00.0:sfc bind:0000:21:00.0:sfc ",
	 .changes = "decoder1.0:removed decoder2.0:removed decoder3.0:removed decoder4.0:removed "
		    "endpoint2:removed endpoint4:removed mem0:removed mem1:removed port1:unbound "
		    "port3:removed region0:removed region1:removed ",
	 .excess = "memdev:mem1 region:region1 "},
	{.method = METHOD_BUS,
	 .steps = "unbind:ACPI0017:00:cxl_acpi ",
	 .undo = "bind:ACPI0017:00:cxl_acpi bind:0000:11:00.0:sfc bind:0000:21:00.0:sfc "
		 "bind:mem2:cxl_mem ",
	 .changes = "decoder0.0:removed decoder1.0:removed decoder2.0:removed decoder3.0:removed "
		    "decoder4.0:removed decoder5.0:removed decoder6.0:removed endpoint2:removed "
		    "endpoint4:removed endpoint6:removed mem0:removed mem1:removed mem2:unbound "
		    "port1:removed port3:removed port5:removed region0:removed region1:removed "
		    "region2:removed root0:removed ",
	 .excess = "memdev:mem1 memdev:mem2 region:region1 region:region2 open:region2 "},
	{.method = METHOD_MODULE,
	 .steps = "unload::sfc ",
	 .undo = "load::sfc bind:0000:11:00.0:sfc bind:0000:21:00.0:sfc ",
	 .changes = "decoder2.0:removed decoder3.0:removed decoder4.0:removed endpoint2:removed "
		    "endpoint4:removed mem0:removed mem1:removed port3:removed region0:removed "
		    "region1:removed ",
	 .excess = "memdev:mem1 region:region1 "},
	{.method = METHOD_PCI_REMOVE,
	 .steps = "remove:0000:11:00.0: ",
	 .undo = "rescan:: bind:0000:11:00.0:sfc ",
	 .changes = "decoder2.0:removed endpoint2:removed mem0:removed region0:removed ",
	 .excess = ""},
	/*
	 * A switch's port is removed with the last endpoint below it; a host bridge's port stays.
	 */
	{.method = METHOD_MEMDEV,
	 .memdev = "mem1",
	 .steps = "unbind:mem1:cxl_mem ",
	 .undo = "bind:0000:21:00.0:sfc ",
	 .changes = "decoder3.0:removed decoder4.0:removed endpoint4:removed mem1:removed "
		    "port3:removed region1:removed ",
	 .excess = ""},
};

static char *steps_text(const struct step *steps, size_t count, char *text)
{
	*text = '\0';
	for (size_t i = 0; i < count; i++)
		sprintf(text + strlen(text), "%s:%s:%s ", step_name(steps[i].action),
			steps[i].device ?: "", steps[i].driver ?: "");
	return text;
}

static char *changes_text(const struct changes *changes, char *text)
{
	*text = '\0';
	for (size_t i = 0; i < changes->count; i++)
		sprintf(text + strlen(text), "%s:%s ", changes->list[i].name,
			change_kind_name(changes->list[i].kind));
	return text;
}

static char *excess_text(const struct plan *plan, char *text)
{
	*text = '\0';
	for (size_t i = 0; i < plan->nr_excess; i++)
		sprintf(text + strlen(text), "%s:%s ", plan->excess[i].kind, plan->excess[i].name);
	return text;
}

static void add_user(struct snapshot *snapshot, const char *device, const char *kind)
{
	*APPEND(snapshot->users, snapshot->nr_users) =
		(struct snapshot_user){.device = device, .kind = kind};
}

/* Make the plan for one memdev of the machine; return NULL, or why there is none */
static char *plan_for(struct snapshot *snapshot, const char *memdev, enum detach_method method,
		      const char *hand_to, struct plan *plan)
{
	const struct snapshot_memdev *named = snapshot_find_memdev(snapshot, memdev);
	struct attach_answers answers;
	char *why;

	attach_infer(snapshot, &answers);
	why = plan_make(&answers, &named, 1, method, hand_to, plan);
	attach_answers_release(&answers);
	return why;
}

static void every_method_says_what_is_lost(void **state)
{
	static const char *const nothing[] = {NULL};
	char text[2000];

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		struct snapshot snapshot;
		struct plan plan;

		small_machine(&snapshot, nothing);
		add_user(&snapshot, "region2", "open");
		print_message("# %s\n", detach_method_name(expected[i].method));
		assert_null(plan_for(&snapshot, expected[i].memdev ?: "mem0", expected[i].method,
				     NULL, &plan));
		assert_string_equal(steps_text(plan.steps, plan.nr_steps, text), expected[i].steps);
		assert_string_equal(steps_text(plan.undo, plan.nr_undo, text), expected[i].undo);
		assert_string_equal(changes_text(&plan.changes, text), expected[i].changes);
		assert_string_equal(excess_text(&plan, text), expected[i].excess);
		assert_false(plan.loses_system_ram);
		plan_release(&plan);
		snapshot_release(&snapshot);
	}
}

/*
 * Another memdev is below the port, which no driver attached. It stays without its driver, and its
 * region stays.
 */
static void an_expander_below_the_port_loses_its_endpoint(void **state)
{
	static const char *const nothing[] = {NULL};
	struct snapshot snapshot;
	struct plan plan;
	char text[2000];

	(void)state;
	small_machine(&snapshot, nothing);
	snapshot_find_memdev(&snapshot, "mem2")->endpoint->parent =
		snapshot_find_memdev(&snapshot, "mem1")->endpoint->parent;
	add_user(&snapshot, "region2", "system-ram");
	assert_null(plan_for(&snapshot, "mem1", METHOD_PORT, NULL, &plan));
	assert_string_equal(changes_text(&plan.changes, text),
			    "decoder3.0:removed decoder4.0:removed decoder6.0:removed "
			    "endpoint4:removed endpoint6:removed mem1:removed mem2:unbound "
			    "port3:removed region1:removed region2:unbound region2:altered ");
	assert_string_equal(steps_text(plan.undo, plan.nr_undo, text),
			    "bind:0000:21:00.0:sfc bind:mem2:cxl_mem ");
	assert_string_equal(excess_text(&plan, text),
			    "memdev:mem2 region:region2 system-ram:region2 ");
	assert_true(plan.loses_system_ram);
	plan_release(&plan);
	/* The port of the switch stays as long as there is another endpoint below it. */
	assert_null(plan_for(&snapshot, "mem1", METHOD_MEMDEV, NULL, &plan));
	assert_string_equal(changes_text(&plan.changes, text),
			    "decoder4.0:removed endpoint4:removed mem1:removed region1:removed ");
	plan_release(&plan);
	snapshot_release(&snapshot);
}

static void a_cycled_bus_detaches_everything_on_it(void **state)
{
	static const char *const nothing[] = {NULL};
	struct attach_answers answers;
	struct snapshot snapshot;
	struct plan plan;
	char text[2000];
	char *why;

	(void)state;
	small_machine(&snapshot, nothing);
	attach_infer(&snapshot, &answers);
	assert_null(plan_cycle_bus(&answers, &snapshot.ports[snapshot.nr_ports - 1], &plan));
	assert_string_equal(steps_text(plan.steps, plan.nr_steps, text),
			    "unbind:ACPI0017:00:cxl_acpi bind:ACPI0017:00:cxl_acpi ");
	assert_string_equal(steps_text(plan.undo, plan.nr_undo, text),
			    "bind:ACPI0017:00:cxl_acpi "
			    "bind:0000:11:00.0:sfc bind:0000:21:00.0:sfc bind:mem2:cxl_mem ");
	assert_string_equal(excess_text(&plan, text),
			    "memdev:mem0 memdev:mem1 memdev:mem2 region:region0 region:region1 "
			    "region:region2 ");
	plan_release(&plan);
	why = plan_cycle_bus(&answers, NULL, &plan);
	assert_string_equal(why, "no bus is known whose device has a driver");
	free(why);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
}

/* Return the undo of detaching mem0 by that method */
static const char *undo_of_mem0(struct snapshot *snapshot, enum detach_method method,
				const char *hand_to, char *text)
{
	struct plan plan;

	assert_null(plan_for(snapshot, "mem0", method, hand_to, &plan));
	steps_text(plan.undo, plan.nr_undo, text);
	plan_release(&plan);
	return text;
}

static void a_handover_restores_the_override(void **state)
{
	static const char *const nothing[] = {NULL};
	struct snapshot snapshot;
	struct plan plan;
	char text[2000];

	(void)state;
	small_machine(&snapshot, nothing);
	assert_null(plan_for(&snapshot, "mem0", METHOD_HOST, "vfio-pci", &plan));
	assert_string_equal(steps_text(plan.steps, plan.nr_steps, text),
			    "override:0000:11:00.0:vfio-pci unbind:0000:11:00.0:sfc "
			    "bind:0000:11:00.0:vfio-pci ");
	plan_release(&plan);
	assert_string_equal(undo_of_mem0(&snapshot, METHOD_HOST, "vfio-pci", text),
			    "unbind:0000:11:00.0:vfio-pci override:0000:11:00.0: "
			    "bind:0000:11:00.0:sfc ");
	snapshot_find_memdev(&snapshot, "mem0")->host.driver_override = "sfc";
	snapshot_find_memdev(&snapshot, "mem0")->host.autoprobe = FLAG_YES;
	assert_string_equal(undo_of_mem0(&snapshot, METHOD_HOST, "vfio-pci", text),
			    "unbind:0000:11:00.0:vfio-pci override:0000:11:00.0:sfc "
			    "bind:0000:11:00.0:sfc ");
	/*
	 * A rescan finds the device without its override. Until that is restored, no driver may
	 * bind.
	 */
	assert_string_equal(undo_of_mem0(&snapshot, METHOD_PCI_REMOVE, NULL, text),
			    "autoprobe:: rescan:: override:0000:11:00.0:sfc autoprobe:: "
			    "bind:0000:11:00.0:sfc ");
	snapshot_release(&snapshot);
}

static void an_override_of_another_driver_makes_way(void **state)
{
	static const char *const nothing[] = {NULL};
	struct snapshot snapshot;
	struct snapshot_host *host;
	char text[2000];

	(void)state;
	small_machine(&snapshot, nothing);
	host = &snapshot_find_memdev(&snapshot, "mem0")->host;
	host->autoprobe = FLAG_YES;
	host->driver_override = "vfio-pci";
	host->needs_override = true;
	assert_string_equal(undo_of_mem0(&snapshot, METHOD_HOST, NULL, text),
			    "override:0000:11:00.0:sfc bind:0000:11:00.0:sfc "
			    "override:0000:11:00.0:vfio-pci ");
	assert_string_equal(undo_of_mem0(&snapshot, METHOD_PCI_REMOVE, NULL, text),
			    "autoprobe:: rescan:: override:0000:11:00.0:sfc autoprobe:: "
			    "bind:0000:11:00.0:sfc override:0000:11:00.0:vfio-pci ");
	snapshot_release(&snapshot);
}

static void what_is_impossible_has_a_reason(void **state)
{
	static const char *const nothing[] = {NULL};
	static const struct {
		enum detach_method method;
		const char *why;
	} cases[] = {
		{METHOD_MEMDEV, "mem0: not bound to cxl_mem"},
		{METHOD_ENDPOINT, "mem0: no endpoint that is bound to cxl_port"},
		{METHOD_PORT, "mem0: no port above it that is bound to cxl_port"},
		{METHOD_BUS, "mem0: no bus whose device has a driver"},
		{METHOD_MODULE, "mem0: its provider is built into the kernel"},
		{METHOD_PCI_REMOVE, "mem0: its host is not a PCI device"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct snapshot snapshot;
		struct snapshot_memdev *memdev;
		struct plan plan;
		char *why;

		small_machine(&snapshot, nothing);
		memdev = snapshot_find_memdev(&snapshot, "mem0");
		memdev->enabled = false;
		memdev->endpoint = NULL;
		memdev->host.module = NULL;
		memdev->host.subsystem = "platform";
		why = plan_for(&snapshot, "mem0", cases[i].method, NULL, &plan);
		assert_non_null(why);
		assert_string_equal(why, cases[i].why);
		free(why);
		plan_release(&plan);
		snapshot_release(&snapshot);
	}
}

static void users_of_what_is_lost_are_excess(void **state)
{
	static const char *const nothing[] = {NULL};
	struct snapshot_dependent *dependent;
	struct snapshot snapshot;
	struct plan plan;
	char text[2000];

	(void)state;
	small_machine(&snapshot, nothing);
	dependent =
		APPEND(snapshot.memdevs[0].host.dependents, snapshot.memdevs[0].host.nr_dependents);
	*dependent = (struct snapshot_dependent){.subsystem = "net", .name = "eth7"};
	add_user(&snapshot, "eth7", "address");
	add_user(&snapshot, "mem0", "open");
	add_user(&snapshot, "mem1", "open");
	add_user(&snapshot, "eth8", "up");
	assert_null(plan_for(&snapshot, "mem0", METHOD_HOST, NULL, &plan));
	assert_string_equal(excess_text(&plan, text), "address:eth7 open:mem0 ");
	plan_release(&plan);
	snapshot_release(&snapshot);
}

static void an_undo_that_is_not_possible_is_excess(void **state)
{
	static const char *const nothing[] = {NULL};
	static const struct step bind = {
		.action = STEP_BIND, .bus = "pci", .driver = "sfc", .device = "0000:11:00.0"};
	struct snapshot snapshot;
	char *why, text[2000];
	struct plan plan;

	(void)state;
	small_machine(&snapshot, nothing);
	for (size_t i = 0; i < 2; i++)
		snapshot.memdevs[i].host.module_options = "a=1";
	assert_null(plan_for(&snapshot, "mem0", METHOD_MODULE, NULL, &plan));
	assert_string_equal(plan.undo[0].options, "a=1");
	assert_string_equal(excess_text(&plan, text), "memdev:mem1 region:region1 ");
	plan_release(&plan);
	for (size_t i = 0; i < 2; i++)
		snapshot.memdevs[i].host.reload_problem = "not in /lib/modules/7.3.0";
	assert_null(plan_for(&snapshot, "mem0", METHOD_MODULE, NULL, &plan));
	assert_string_equal(excess_text(&plan, text), "undo:sfc memdev:mem1 region:region1 ");
	why = plan_excess_text(&plan.excess[0]);
	assert_string_equal(why, "module sfc cannot be loaded again (not in /lib/modules/7.3.0)");
	free(why);
	plan_release(&plan);
	assert_null(plan_for(&snapshot, "mem0", METHOD_HOST, NULL, &plan));
	assert_int_equal(plan_judge(&plan, false, false), PLAN_ALLOWED);
	plan_cannot_undo(&plan, &bind, "/sys/x");
	assert_int_equal(plan_judge(&plan, false, false), PLAN_REFUSED);
	assert_int_equal(plan_judge(&plan, true, false), PLAN_FORCED);
	why = plan_excess_text(&plan.excess[0]);
	assert_string_equal(why, "cannot bind 0000:11:00.0 to sfc afterwards (no /sys/x)");
	free(why);
	plan_release(&plan);
	snapshot_release(&snapshot);
}

static void a_verdict_needs_what_the_user_agreed_to(void **state)
{
	static const struct {
		size_t nr_excess;
		bool loses_system_ram, force, lose_system_ram;
		const char *verdict;
	} cases[] = {
		{0, false, false, false, "allowed"}, {0, false, true, true, "allowed"},
		{1, false, false, false, "refused"}, {1, false, true, false, "forced"},
		{1, false, false, true, "refused"},  {1, true, true, false, "refused"},
		{1, true, false, true, "refused"},   {1, true, true, true, "forced"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct plan plan = {.nr_excess = cases[i].nr_excess,
					  .loses_system_ram = cases[i].loses_system_ram};

		assert_string_equal(plan_verdict_name(plan_judge(&plan, cases[i].force,
								 cases[i].lose_system_ram)),
				    cases[i].verdict);
	}
}

static void a_method_is_recognized_by_its_changes(void **state)
{
	static const char *const nothing[] = {NULL};
	struct changes none = {0};
	struct attach_answers answers;
	struct snapshot snapshot;
	struct plan plan, bus;
	const struct snapshot_memdev *named;

	(void)state;
	small_machine(&snapshot, nothing);
	attach_infer(&snapshot, &answers);
	named = snapshot_find_memdev(&snapshot, "mem0");
	assert_null(plan_make(&answers, &named, 1, METHOD_MEMDEV, NULL, &plan));
	assert_null(plan_make(&answers, &named, 1, METHOD_BUS, NULL, &bus));
	plan_recognize(&answers, &none, &plan);
	assert_int_equal(plan.method, METHOD_MEMDEV);
	plan_recognize(&answers, &bus.changes, &plan);
	assert_int_equal(plan.method, METHOD_BUS);
	assert_true(changes_same(&plan.changes, &bus.changes));
	plan_release(&plan);
	plan_release(&bus);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
}

static void a_plan_is_carried_out_once_memdev_and_driver_are_gone(void **state)
{
	static const char *const nothing[] = {NULL};
	struct observed_event events[] = {
		{1, (char *)"remove", (char *)"mem0", (char *)"cxl"},
		{2, (char *)"unbind", (char *)"0000:11:00.0", (char *)"pci"},
	};
	struct observed observed = {.events = events};
	struct snapshot snapshot;
	struct plan plan;

	(void)state;
	small_machine(&snapshot, nothing);
	assert_null(plan_for(&snapshot, "mem0", METHOD_MEMDEV, NULL, &plan));
	assert_false(plan_is_carried_out(&plan, &observed));
	observed.nr_events = 1;
	assert_false(plan_is_carried_out(&plan, &observed));
	observed.nr_events = 2;
	assert_true(plan_is_carried_out(&plan, &observed));
	events[1].action = (char *)"remove";
	assert_true(plan_is_carried_out(&plan, &observed));
	events[1].device = (char *)"0000:21:00.0";
	assert_false(plan_is_carried_out(&plan, &observed));
	plan_release(&plan);
	snapshot_release(&snapshot);
}

/* A step from a damaged journal must not write to another file. */
static void only_sound_steps_are_steps(void **state)
{
	static const struct {
		struct step step;
		bool sound;
	} cases[] = {
		{{.action = STEP_BIND, .bus = "pci", .driver = "sfc", .device = "0000:11:00.0"},
		 true},
		{{.action = STEP_BIND, .bus = "../pci", .driver = "sfc", .device = "0000:11:00.0"},
		 false},
		{{.action = STEP_BIND, .bus = "pci", .driver = "..", .device = "0000:11:00.0"},
		 false},
		{{.action = STEP_BIND, .bus = "pci", .driver = "sfc", .device = "a/b"}, false},
		{{.action = STEP_BIND, .bus = "pci", .driver = "sfc", .device = ""}, false},
		{{.action = STEP_BIND, .bus = "pci", .driver = "sfc"}, false},
		{{.action = STEP_BIND, .bus = "pci", .device = "0000:11:00.0"}, false},
		{{.action = STEP_OVERRIDE, .bus = "pci", .device = "0000:11:00.0"}, true},
		{{.action = STEP_OVERRIDE,
		  .bus = "pci",
		  .driver = "a\nb",
		  .device = "0000:11:00.0"},
		 false},
		{{.action = STEP_RESCAN, .bus = "pci"}, true},
		{{.action = STEP_RESCAN}, false},
		{{.action = STEP_LOAD, .driver = "sfc"}, true},
		{{.action = STEP_UNLOAD, .driver = "s/f"}, false},
		{{.action = STEP_REMOVE, .bus = "pci", .device = "."}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(step_is_sound(&cases[i].step), cases[i].sound);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_method_says_what_is_lost),
		cmocka_unit_test(an_expander_below_the_port_loses_its_endpoint),
		cmocka_unit_test(a_cycled_bus_detaches_everything_on_it),
		cmocka_unit_test(a_handover_restores_the_override),
		cmocka_unit_test(an_override_of_another_driver_makes_way),
		cmocka_unit_test(what_is_impossible_has_a_reason),
		cmocka_unit_test(users_of_what_is_lost_are_excess),
		cmocka_unit_test(an_undo_that_is_not_possible_is_excess),
		cmocka_unit_test(a_verdict_needs_what_the_user_agreed_to),
		cmocka_unit_test(a_method_is_recognized_by_its_changes),
		cmocka_unit_test(a_plan_is_carried_out_once_memdev_and_driver_are_gone),
		cmocka_unit_test(only_sound_steps_are_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
