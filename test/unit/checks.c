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
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks-attach.h"
#include "attach/verify/checks-detach.h"
#include "test/unit/small-machine.h"
#include "util/iomem.h"
#include "util/kmsg.h"

/* The devices that are gone after mem0 has been detached, if the kernel does everything right */
static const char *const gone[] = {"region0", "endpoint2", "decoder2.0", "mem0", NULL};

static struct iomem_range ranges_before[] = {
	{0x100000000, 0x1ffffffff, 0, (char *)"CXL Window 0", false},
	{0x100000000, 0x10fffffff, 1, (char *)"region0", false},
	{0x100000000, 0x100000fff, 2, (char *)"sfc", false},
	{0x110000000, 0x11fffffff, 1, (char *)"region1", false},
	{0x100000000, 0x10fffffff, 0, (char *)"efx_probe", true},
};

/* One mistake of the kernel, and the one check that fails */
struct world {
	const char *what;
	const char *const *without;		   /* NULL: the devices that must be gone */
	void (*change)(struct snapshot *snapshot); /* NULL: no change */
	const char *driver;			   /* the host's driver, afterwards */
	struct iomem_range *left;		   /* in /proc/iomem, besides the window */
	const char *log;			   /* a line of the kernel log */
	bool lost_log, no_iomem;
	const char *failed; /* the check, a space, and the detail */
};

static void name_the_region(struct snapshot *snapshot)
{
	assert_string_equal(snapshot->decoders[1].name, "decoder1.0");
	snapshot->decoders[1].region_name = "region0";
	snapshot->decoders[1].region = NULL;
}

static void shrink_region1(struct snapshot *snapshot)
{
	snapshot_find_region(snapshot, "region1")->size = 4096;
}

static void unbind_mem2(struct snapshot *snapshot)
{
	snapshot_find_memdev(snapshot, "mem2")->enabled = false;
}

static void unlock_decoder(struct snapshot *snapshot)
{
	snapshot->decoders[1].size = 4096;
}

#define WITHOUT(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct world worlds[] = {
	{.what = "everything is right", .failed = ""},
	{.what = "the region stays",
	 .without = WITHOUT("endpoint2", "decoder2.0", "mem0"),
	 .left = &ranges_before[1],
	 .failed = "region-gone region0 is still there"},
	{.what = "the endpoint stays",
	 .without = WITHOUT("region0", "decoder2.0", "mem0"),
	 .failed = "endpoint-gone endpoint2 is still there"},
	{.what = "a decoder of the endpoint stays",
	 .without = WITHOUT("region0", "endpoint2", "mem0"),
	 .failed = "endpoint-gone decoder2.0 is still there"},
	{.what = "the memdev stays",
	 .without = WITHOUT("region0", "endpoint2", "decoder2.0"),
	 .failed = "memdev-gone mem0 is still there"},
	{.what = "the provider stays bound",
	 .driver = "sfc",
	 .failed = "provider-unbound 0000:11:00.0 is still bound to sfc"},
	{.what = "the addresses are still the region's",
	 .left = &ranges_before[1],
	 .failed = "addresses-released 100000000-10fffffff of region0 still belongs to region0"},
	{.what = "something lies where the region was",
	 .left = &ranges_before[2],
	 .failed = "addresses-released 100000000-100000fff of region0 still belongs to sfc"},
	{.what = "the driver keeps its mapping",
	 .left = &ranges_before[4],
	 .failed =
		 "addresses-released 100000000-10fffffff of region0 is still mapped, by efx_probe"},
	{.what = "the other region's addresses are its own",
	 .left = &ranges_before[3],
	 .failed = ""},
	{.what = "a decoder still names the region",
	 .change = name_the_region,
	 .failed = "decoders-released decoder1.0 still names region0"},
	{.what = "another region has changed",
	 .change = shrink_region1,
	 .failed = "nothing-else region1 was altered"},
	{.what = "another memdev has lost its driver",
	 .change = unbind_mem2,
	 .failed = "nothing-else mem2 was unbound"},
	{.what = "a decoder that should stay committed does not",
	 .change = unlock_decoder,
	 .failed = "nothing-else decoder1.0 was altered"},
	{.what = "another device has gone",
	 .without = WITHOUT("region0", "endpoint2", "decoder2.0", "mem0", "port5"),
	 .failed = "nothing-else port5 was removed"},
	{.what = "the kernel complains",
	 .log = "WARNING: drivers/cxl/core/region.c:1 at cxl_region_probe+0x1/0x2",
	 .failed = "no-splat warning: WARNING: drivers/cxl/core/region.c:1 at "
		   "cxl_region_probe+0x1/0x2"},
	{.what = "the kernel says something else",
	 .log = "cxl_acpi: host supports CXL",
	 .failed = ""},
	{.what = "the log was overrun",
	 .lost_log = true,
	 .failed = "no-splat parts of the kernel log were overwritten"},
	{.what = "addresses cannot be read",
	 .no_iomem = true,
	 .failed = "addresses-released /proc/iomem cannot be read"},
};

/* The checks that have not passed, with their details */
static char *failed_text(const struct checks *checks, char *text)
{
	*text = '\0';
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];

		if (check->result != CHECK_PASSED)
			sprintf(text + strlen(text), "%s%s %s", *text ? "; " : "", check->name,
				check->detail);
	}
	return text;
}

static void check_world(const struct world *world)
{
	static const char *const nothing[] = {NULL};
	struct observed_line line = {(char *)world->log,
				     world->log ? kmsg_splat(world->log) : NULL};
	struct observed observed = {
		.log = &line, .nr_log = world->log != NULL, .lost_log = world->lost_log};
	struct iomem_range left[2] = {ranges_before[0]};
	struct iomem iomem_before = {ranges_before, 5}, iomem_after = {left, 1};
	struct snapshot before, after;
	struct attach_answers answers;
	struct checks checks;
	struct plan plan;
	const struct snapshot_memdev *named;
	char text[2000];

	small_machine(&before, nothing);
	small_machine(&after, world->without ?: gone);
	if (world->change)
		world->change(&after);
	if (world->left)
		left[iomem_after.count++] = *world->left;
	attach_infer(&before, &answers);
	named = snapshot_find_memdev(&before, "mem0");
	assert_null(plan_make(&answers, &named, 1, METHOD_MEMDEV, NULL, &plan));
	checks_of_detach(&plan, &(struct observation){&before, &iomem_before, NULL},
			 &(struct observation){&after, world->no_iomem ? NULL : &iomem_after,
					       &world->driver},
			 NULL, &observed, &checks);
	print_message("# %s\n", world->what);
	assert_string_equal(failed_text(&checks, text), world->failed);
	assert_int_equal(checks_passed(&checks), !*world->failed);
	checks_release(&checks);
	plan_release(&plan);
	attach_answers_release(&answers);
	snapshot_release(&before);
	snapshot_release(&after);
}

static void each_failed_check_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(worlds) / sizeof(*worlds); i++)
		check_world(&worlds[i]);
}

static void without_observation_nothing_is_checked(void **state)
{
	static const char *const nothing[] = {NULL};
	struct snapshot before;
	struct observed observed = {0};
	struct checks checks;
	struct plan plan = {0};

	(void)state;
	small_machine(&before, nothing);
	checks_of_detach(&plan, &(struct observation){&before, NULL, NULL}, NULL, NULL, &observed,
			 &checks);
	for (size_t i = 0; i + 1 < checks.count; i++)
		assert_int_equal(checks.list[i].result, CHECK_NOT_CHECKED);
	assert_false(checks_passed(&checks));
	checks_release(&checks);
	snapshot_release(&before);
}

static void a_reattach_is_compared_with_what_was(void **state)
{
	static const char *const nothing[] = {NULL};
	static const struct expected_region was[] = {
		{"region0", 0x100000000, 0x10000000, FLAG_YES},
		{"region0", 0x200000000, 0x10000000, FLAG_YES},
		{"region0", 0x100000000, 0x20000000, FLAG_YES},
		{"region0", 0x100000000, 0x10000000, FLAG_NO},
		{"region0", SNAPSHOT_NO_NUMBER, 0x10000000, FLAG_YES},
		{"region0", 0x100000000, 0x10000000, FLAG_UNKNOWN},
	};
	static const struct {
		const char *host, *driver, *now;
		const struct expected_region *region;
		const char *failed;
	} cases[] = {
		{"0000:11:00.0", "sfc", "sfc", &was[0], ""},
		{"0000:11:00.0", "sfc", NULL, &was[0],
		 "provider-bound 0000:11:00.0 has no driver, not sfc"},
		{"0000:11:00.0", "efx", "sfc", &was[0],
		 "provider-bound 0000:11:00.0 has sfc, not efx"},
		{"0000:41:00.0", "sfc", "sfc", &was[0],
		 "memdev-back 0000:41:00.0 has no memdev; region-back 0000:41:00.0 has no memdev; "
		 "lock-back 0000:41:00.0 has no memdev"},
		{"0000:11:00.0", "sfc", "sfc", &was[4],
		 "region-back where region0 was is not known; lock-back where region0 was is not "
		 "known"},
		{"0000:11:00.0", "sfc", "sfc", &was[5],
		 "lock-back whether region0 was locked is not known"},
		{"0000:11:00.0", "sfc", "sfc", &was[1],
		 "region-back mem0 has no region at 0x200000000, where region0 was; "
		 "lock-back mem0 has no region there"},
		{"0000:11:00.0", "sfc", "sfc", &was[2],
		 "region-back region0 has 268435456 bytes, and had 536870912"},
		{"0000:11:00.0", "sfc", "sfc", &was[3],
		 "lock-back region0 is locked, and was not locked"},
	};
	struct observed observed = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct expected_host host = {.host = cases[i].host,
					     .bus = "pci",
					     .driver = cases[i].driver,
					     .driver_now = (char *)cases[i].now,
					     .regions = cases[i].region,
					     .nr_regions = 1,
					     .as_before = true};
		struct checks checks;
		struct snapshot after;
		char text[500];

		small_machine(&after, nothing);
		checks_of_attach(&host, 1, &after, &observed, &checks);
		assert_string_equal(failed_text(&checks, text), cases[i].failed);
		/* It is back, whatever was unknown before. */
		assert_int_equal(hosts_are_reattached(&host, 1, &after),
				 !*cases[i].failed || strstr(cases[i].failed, "not known"));
		checks_release(&checks);
		snapshot_release(&after);
	}
}

/* A check without a subject is not checked, and a check that is not checked has not passed. */
static void without_memdev_its_region_is_not_checked(void **state)
{
	static const char *const nothing[] = {NULL};
	const struct expected_host host = {
		.host = "0000:41:00.0", .bus = "pci", .driver = "sfc", .driver_now = (char *)"sfc"};
	struct observed observed = {0};
	struct checks checks;
	struct snapshot after;

	(void)state;
	small_machine(&after, nothing);
	checks_of_attach(&host, 1, &after, &observed, &checks);
	assert_int_equal(checks.list[0].result, CHECK_PASSED);
	assert_int_equal(checks.list[1].result, CHECK_FAILED);
	assert_int_equal(checks.list[2].result, CHECK_NOT_CHECKED);
	assert_int_equal(checks.list[3].result, CHECK_NOT_CHECKED);
	checks_release(&checks);
	snapshot_release(&after);
}

static void disable_mem0(struct snapshot *snapshot)
{
	snapshot_find_memdev(snapshot, "mem0")->enabled = false;
}

/* A machine at rest, and what is wrong with it */
static const struct {
	const char *what, *driver;
	const char *const *without;
	void (*change)(struct snapshot *snapshot);
	bool claimed; /* the region's addresses, in /proc/iomem */
	const char *failed;
} quiets[] = {
	{"all is there", "sfc", NULL, NULL, true, ""},
	{"nothing is left", NULL, gone, NULL, false, ""},
	{"bound without a memdev", "sfc", gone, NULL, false,
	 "provider-has-all 0000:11:00.0 is bound to sfc, and has no memdev"},
	{"bound, and the memdev has no driver", "sfc", NULL, disable_mem0, true,
	 "provider-has-all 0000:11:00.0 is bound to sfc, and mem0 has no driver"},
	{"bound without an endpoint, and so without a region", "sfc",
	 WITHOUT("endpoint2", "decoder2.0", "region0"), NULL, false,
	 "provider-has-all 0000:11:00.0 is bound to sfc, and mem0 has no endpoint; mem0 has no "
	 "region "
	 "at 0x100000000, where region0 was"},
	{"not bound, and all is there", NULL, NULL, NULL, true,
	 "nothing-left 0000:11:00.0 is not bound to sfc, and mem0 is there; 0000:11:00.0 is not "
	 "bound "
	 "to sfc, and region0 is there"},
	{"a region is left", NULL, WITHOUT("endpoint2", "decoder2.0", "mem0"), NULL, true,
	 "nothing-left 0000:11:00.0 is not bound to sfc, and region0 is there"},
	{"addresses are left", NULL, gone, NULL, true,
	 "nothing-left region0 has gone, and /proc/iomem has it"},
	{"a decoder names it", NULL, gone, name_the_region, false,
	 "decoders-released decoder1.0 names region0, which is not there"},
};

static void at_rest_there_is_everything_or_nothing(void **state)
{
	static const char *const nothing[] = {NULL};
	static const struct expected_region was = {"region0", 0x100000000, 0x10000000, FLAG_YES};
	char text[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(quiets) / sizeof(*quiets); i++) {
		struct expected_host host = {.host = "0000:11:00.0",
					     .bus = "pci",
					     .driver = "sfc",
					     .driver_now = (char *)quiets[i].driver,
					     .regions = &was,
					     .nr_regions = 1,
					     .as_before = true};
		struct iomem iomem = {ranges_before, quiets[i].claimed ? 2 : 1};
		struct checks checks;
		struct snapshot after;

		small_machine(&after, quiets[i].without ?: nothing);
		if (quiets[i].change)
			quiets[i].change(&after);
		checks_at_rest(&host, 1, &(struct observation){&after, &iomem, NULL}, &checks);
		print_message("# %s\n", quiets[i].what);
		assert_string_equal(failed_text(&checks, text), quiets[i].failed);
		checks_release(&checks);
		snapshot_release(&after);
	}
}

static struct observed_event event(uint64_t us, const char *action, const char *device)
{
	return (struct observed_event){us, (char *)action, (char *)device, (char *)"cxl"};
}

static void the_exposure_is_between_region_and_provider(void **state)
{
	static const char *const nothing[] = {NULL};
	struct observed_event events[] = {event(1000, "remove", "region0"),
					  event(1500, "remove", "mem0"),
					  event(4200, "unbind", "0000:11:00.0")};
	struct observed observed = {.events = events, .nr_events = 3};
	const struct snapshot_memdev *named;
	struct attach_answers answers;
	struct snapshot snapshot;
	struct plan plan;
	uint64_t us;

	(void)state;
	small_machine(&snapshot, nothing);
	attach_infer(&snapshot, &answers);
	named = snapshot_find_memdev(&snapshot, "mem0");
	assert_null(plan_make(&answers, &named, 1, METHOD_MEMDEV, NULL, &plan));
	assert_true(detach_exposure(&plan, &observed, &us));
	assert_int_equal(us, 3200);
	observed.lost_events = true;
	assert_false(detach_exposure(&plan, &observed, &us));
	observed.lost_events = false;
	observed.nr_events = 2;
	assert_false(detach_exposure(&plan, &observed, &us));
	plan.method = METHOD_HOST;
	assert_true(detach_exposure(&plan, &observed, &us));
	assert_int_equal(us, 0);
	plan_release(&plan);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
}

static void kinds_of_kernel_reports(void **state)
{
	static const struct {
		const char *line, *kind;
	} cases[] = {
		{"WARNING: CPU: 0 PID: 1 at drivers/cxl/core/region.c:1", "warning"},
		{"WARNING: possible circular locking dependency detected", "lockdep"},
		{"WARNING: suspicious RCU usage", "rcu"},
		{"BUG: KASAN: slab-use-after-free in detach_memdev+0x1/0x2", "kasan"},
		{"BUG: kernel NULL pointer dereference, address: 0000000000000010", "bug"},
		{"Oops: general protection fault, probably for non-canonical address", "oops"},
		{"kernel BUG at mm/slub.c:1!", "bug"},
		{"refcount_t: underflow; use-after-free.", "refcount"},
		{"INFO: task bash:1 blocked for more than 120 seconds.", "hung-task"},
		{"watchdog: BUG: soft lockup - CPU#1 stuck for 22s!", "stall"},
		{"rcu: INFO: rcu_sched detected stalls on CPUs/tasks:", "stall"},
		{"sysfs: cannot create duplicate filename '/bus/cxl'", "sysfs"},
		{"list_del corruption. prev->next should be", "list"},
		{"UBSAN: array-index-out-of-bounds in x.c:1:2", "ubsan"},
		{"cxl_port endpoint3: probe: 0", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *kind = kmsg_splat(cases[i].line);

		if (cases[i].kind)
			assert_string_equal(kind ?: "none", cases[i].kind);
		else
			assert_null(kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_failed_check_is_named),
		cmocka_unit_test(without_memdev_its_region_is_not_checked),
		cmocka_unit_test(without_observation_nothing_is_checked),
		cmocka_unit_test(a_reattach_is_compared_with_what_was),
		cmocka_unit_test(at_rest_there_is_everything_or_nothing),
		cmocka_unit_test(the_exposure_is_between_region_and_provider),
		cmocka_unit_test(kinds_of_kernel_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
