// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "exercise/outcome.h"
#include "exercise/surroundings-steps.h"
#include "exercise/surroundings.h"
#include "test/unit/small-machine.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* The steps of actors that need something beside the memdev, what they lack, and their undo */

static struct snapshot machine;
static struct surroundings all;

static int make(void **state)
{
	static const char *const without[] = {"region2", NULL};

	(void)state;
	small_machine(&machine, without);
	machine.memdevs[0].host.autoprobe = FLAG_YES;
	machine.memdevs[0].host.driver_override = "sfc";
	all = (struct surroundings){
		.window = (char *)"window0",
		.fwctl = (char *)"fwctl0",
		.resets = true,
		.slot = (char *)"7",
		.port = (char *)"0000:10:00.0",
		.refuses = true,
		.other_module = (char *)"vfio_cxl",
		.memdev = &machine.memdevs[0],
		.neighbor = &machine.memdevs[1],
		.expander = &machine.memdevs[2],
		.root_decoder = "decoder0.0",
		.block = (char *)"memory115",
		.block_online = true,
	};
	return 0;
}

static int release(void **state)
{
	(void)state;
	snapshot_release(&machine);
	return 0;
}

/* Each step is on a line; the steps from the first ">" on undo the others */
static char *text_of(const struct step *steps, size_t count, size_t nr_down)
{
	char *text = memory_check(strdup(""));

	for (size_t i = 0; i < count; i++) {
		_cleanup_free_ char *before = text, *step = step_text(&steps[i]);

		assert_true(step_is_sound(&steps[i]));
		text = xasprintf("%s%s%s\n", before, nr_down > 0 && i == nr_down ? "> " : "", step);
	}
	return text;
}

static void each_does_what_it_is_named_for(void **state)
{
	static const char *const expected[NR_ACTORS] = {
		[ACTOR_HOLD] = "keep open /dev/cxl/mem0 for a while\n",
		[ACTOR_MAP] = "map /dev/window0 for a while\n",
		[ACTOR_FWCTL] = "keep open /dev/fwctl/fwctl0 for a while\n",
		[ACTOR_RESET] = "reset 0000:11:00.0\n",
		[ACTOR_SLOT] = "turn off autoprobe of the bus pci\n"
			       "turn off the power of slot 7, which has 0000:11:00.0 in it\n"
			       "> turn on the power of slot 7, which has 0000:11:00.0 in it\n"
			       "set the driver_override of 0000:11:00.0 to sfc\n"
			       "bind 0000:11:00.0 to sfc\n",
		[ACTOR_LINK] = "turn off autoprobe of the bus pci\n"
			       "disable the link of port 0000:10:00.0\n"
			       "> enable the link of port 0000:10:00.0\n"
			       "rescan the bus pci\n"
			       "set the driver_override of 0000:11:00.0 to sfc\n"
			       "bind 0000:11:00.0 to sfc\n",
		[ACTOR_REFUSE] = "unbind 0000:11:00.0 from sfc\n"
				 "turn on the parameter refuse of the module sfc\n"
				 "bind 0000:11:00.0 to sfc\n"
				 "turn off the parameter refuse of the module sfc\n"
				 "> bind 0000:11:00.0 to sfc\n",
		[ACTOR_LOAD] = "load the module vfio_cxl\n> unload the module vfio_cxl\n",
		[ACTOR_NEIGHBOR] = "unbind 0000:21:00.0 from sfc\n> bind 0000:21:00.0 to sfc\n",
		[ACTOR_CREATE] =
			"create a region of the memdev of 0000:31:00.0 below decoder0.0\n"
			"> destroy the region of the memdev of 0000:31:00.0 below decoder0.0\n",
		[ACTOR_ONLINE] = "bring memory115 offline\n> bring memory115 online\n",
	};

	(void)state;
	for (int i = FIRST_SURROUNDING; i < NR_ACTORS; i++) {
		struct operation operation = {.actor = (enum actor)i};
		_cleanup_free_ char *text = NULL;

		assert_null(surroundings_lack(&all, (enum actor)i));
		surroundings_prepare(&all, &operation);
		text = text_of(operation.steps, operation.nr_steps, operation.nr_down);
		assert_string_equal(text, expected[i]);
		free(operation.steps);
	}
}

/* Without a driver_override, no other driver could bind the device in the meantime. */
static void a_device_without_an_override_is_bound_as_it_comes(void **state)
{
	struct operation operation = {.actor = ACTOR_SLOT};
	_cleanup_free_ char *text = NULL;

	(void)state;
	machine.memdevs[0].host.driver_override = NULL;
	surroundings_prepare(&all, &operation);
	machine.memdevs[0].host.driver_override = "sfc";
	text = text_of(operation.steps, operation.nr_steps, operation.nr_down);
	assert_string_equal(text, "turn off the power of slot 7, which has 0000:11:00.0 in it\n"
				  "> turn on the power of slot 7, which has 0000:11:00.0 in it\n"
				  "bind 0000:11:00.0 to sfc\n");
	free(operation.steps);
}

static void what_is_missing_is_said(void **state)
{
	const struct surroundings nothing = {.memdev = &machine.memdevs[0]};

	(void)state;
	for (int i = FIRST_SURROUNDING; i < NR_ACTORS; i++) {
		const char *lack = surroundings_lack(&nothing, (enum actor)i);

		if (i == ACTOR_HOLD)
			assert_null(lack);
		else
			assert_non_null(lack);
	}
	assert_string_equal(surroundings_lack(&nothing, ACTOR_SLOT),
			    "its host is in no hotplug slot");
}

static void what_they_may_leave_is_undone(void **state)
{
	_cleanup_free_ struct step *steps = NULL;
	_cleanup_free_ char *text = NULL;
	size_t count;

	(void)state;
	surroundings_restore(&all, actors_surrounding(), &steps, &count);
	text = text_of(steps, count, 0);
	assert_string_equal(text,
			    "turn on the power of slot 7, which has 0000:11:00.0 in it\n"
			    "enable the link of port 0000:10:00.0\n"
			    "turn off the parameter refuse of the module sfc\n"
			    "destroy the region of the memdev of 0000:31:00.0 below decoder0.0\n"
			    "bring memory115 online\n"
			    "set the driver_override of 0000:11:00.0 to sfc\n"
			    "turn on autoprobe of the bus pci\n"
			    "unload the module vfio_cxl\n");
	for (size_t i = 0; i + 3 < count; i++)
		assert_true(step_may_fail(&steps[i]));
	free(steps);
	surroundings_restore(&all, 1U << ACTOR_HOST | 1U << ACTOR_MAP, &steps, &count);
	assert_int_equal(count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_does_what_it_is_named_for),
		cmocka_unit_test(a_device_without_an_override_is_bound_as_it_comes),
		cmocka_unit_test(what_is_missing_is_said),
		cmocka_unit_test(what_they_may_leave_is_undone),
	};

	return cmocka_run_group_tests(tests, make, release);
}
