// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/restore.h"
#include "test/unit/small-machine.h"

#define WITHOUT(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *const nothing[] = {NULL};

/* Steps that are always there, because the snapshot does not show whether they are needed */
#define BUS "bind:ACPI0017:00:cxl_acpi "
#define HOSTS                                                                                      \
	"load::sfc load::sfc load::cxl_pci bind:0000:11:00.0:sfc bind:0000:21:00.0:sfc "           \
	"bind:0000:31:00.0:cxl_pci "

static void disable_port1(struct snapshot *snapshot)
{
	snapshot_find_port(snapshot, "port1")->enabled = false;
}

/* A switch's port is added with the memdev below it. */
static void disable_port3(struct snapshot *snapshot)
{
	snapshot_find_port(snapshot, "port3")->enabled = false;
}

static void disable_mem2(struct snapshot *snapshot)
{
	snapshot_find_memdev(snapshot, "mem2")->enabled = false;
}

static void unbind_regions(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_regions; i++)
		snapshot->regions[i].driver = NULL;
}

static void override_mem1(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		snapshot->memdevs[i].host.autoprobe = FLAG_YES;
	snapshot_find_memdev(snapshot, "mem1")->host.driver_override = "sfc";
}

static void needs_override_mem1(struct snapshot *snapshot)
{
	snapshot_find_memdev(snapshot, "mem1")->host.needs_override = true;
}

static void override_mem1_held(struct snapshot *snapshot)
{
	override_mem1(snapshot);
	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		snapshot->memdevs[i].host.autoprobe = FLAG_NO;
}

static void never_bound(struct snapshot *snapshot)
{
	snapshot_find_region(snapshot, "region1")->driver = NULL;
}

static const struct {
	const char *what;
	void (*at_baseline)(struct snapshot *snapshot);
	const char *const *without;
	void (*now)(struct snapshot *snapshot);
	bool rescan;
	const char *steps;
} cases[] = {
	{.what = "all is there", .steps = BUS HOSTS},
	{.what = "a memdev has gone",
	 .without = WITHOUT("mem0", "endpoint2", "decoder2.0", "region0"),
	 .steps = BUS HOSTS},
	{.what = "the bus has gone",
	 .without = WITHOUT("root0", "port1", "port3", "port5", "endpoint2", "endpoint4",
			    "endpoint6", "mem0", "mem1", "region0", "region1", "region2"),
	 .now = disable_mem2,
	 .steps = BUS HOSTS "bind:mem2:cxl_mem "},
	{.what = "a port is unbound",
	 .now = disable_port1,
	 .steps = BUS "bind:port1:cxl_port " HOSTS},
	{.what = "a switch's port is unbound", .now = disable_port3, .steps = BUS HOSTS},
	{.what = "regions are unbound",
	 .now = unbind_regions,
	 .steps = BUS HOSTS
	 "bind:region0:cxl_region bind:region1:cxl_region bind:region2:cxl_region "},
	{.what = "but one was never bound",
	 .at_baseline = never_bound,
	 .now = unbind_regions,
	 .steps = BUS HOSTS "bind:region0:cxl_region bind:region2:cxl_region "},
	{.what = "a PCI device was removed",
	 .at_baseline = override_mem1,
	 .rescan = true,
	 .steps = "autoprobe:: rescan:: override:0000:21:00.0:sfc autoprobe:: " BUS HOSTS},
	{.what = "a PCI device was removed, and the administrator has autoprobe off",
	 .at_baseline = override_mem1_held,
	 .rescan = true,
	 .steps = "rescan:: override:0000:21:00.0:sfc " BUS HOSTS},
	{.what = "a driver was bound by a driver_override that has been cleared",
	 .at_baseline = needs_override_mem1,
	 .steps = BUS "load::sfc load::sfc load::cxl_pci bind:0000:11:00.0:sfc "
		      "override:0000:21:00.0:sfc bind:0000:21:00.0:sfc override:0000:21:00.0: "
		      "bind:0000:31:00.0:cxl_pci "},
	{.what = "a PCI device was removed, and none has a driver_override",
	 .rescan = true,
	 .steps = "rescan:: " BUS HOSTS},
};

static void what_is_missing_is_restored(void **state)
{
	char text[2000];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct snapshot baseline, now;
		struct step *steps;
		size_t count;

		small_machine(&baseline, nothing);
		small_machine(&now, cases[i].without ?: nothing);
		if (cases[i].at_baseline)
			cases[i].at_baseline(&baseline);
		if (cases[i].now)
			cases[i].now(&now);
		restore_steps(&baseline, &now, cases[i].rescan, &steps, &count);
		*text = '\0';
		for (size_t j = 0; j < count; j++) {
			sprintf(text + strlen(text), "%s:%s:%s ", step_name(steps[j].action),
				steps[j].device ?: "", steps[j].driver ?: "");
			assert_true(step_is_sound(&steps[j]));
		}
		print_message("# %s\n", cases[i].what);
		assert_string_equal(text, cases[i].steps);
		free(steps);
		snapshot_release(&baseline);
		snapshot_release(&now);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_is_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
