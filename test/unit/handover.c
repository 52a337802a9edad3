// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/observed.h"
#include "attach/reason/evidence.h"
#include "attach/reason/handover.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks-detach.h"
#include "test/unit/small-machine.h"
#include "util/cleanup.h"
#include "util/iomem.h"

#define WITHOUT(...) ((const char *const[]){__VA_ARGS__, NULL})

/* mem0 of the small machine was handed from sfc to vfio-pci: one result */
struct end {
	const char *what;
	const char *const *without;		   /* without these of the previous devices */
	void (*change)(struct snapshot *snapshot); /* NULL: no change */
	const char *driver;			   /* the host's driver; NULL: none */
	enum handover_result result;
	const char *text;
	const char *failed; /* the details of handed-over; NULL: it passed */
};

static struct snapshot_memdev *give_to_vfio(struct snapshot *snapshot)
{
	struct snapshot_memdev *memdev = snapshot_find_memdev(snapshot, "mem0");

	memdev->host.driver = "vfio-pci";
	memdev->host.module = "vfio_pci";
	memdev->host.imports_attach = FLAG_NO;
	memdev->host.symbol = NULL;
	return memdev;
}

/* As vfio-pci does with the help of another module */
static void attach_by_vfio(struct snapshot *snapshot)
{
	give_to_vfio(snapshot)->host.importer = "vfio_cxl";
}

static void attach_elsewhere(struct snapshot *snapshot)
{
	attach_by_vfio(snapshot);
	snapshot_find_region(snapshot, "region0")->resource = 0x140000000;
}

/* As cxl_pci does: the memory belongs to the kernel */
static void register_classdev(struct snapshot *snapshot)
{
	struct snapshot_region *region = snapshot_find_region(snapshot, "region0");
	struct snapshot_memdev *memdev = give_to_vfio(snapshot);

	memdev->class_attributes = FLAG_YES;
	region->locked = FLAG_NO;
	region->child = "dax_region0";
}

static void register_memdev(struct snapshot *snapshot)
{
	attach_by_vfio(snapshot);
}

static void attach_and_unbind(struct snapshot *snapshot)
{
	attach_by_vfio(snapshot);
	snapshot_find_memdev(snapshot, "mem2")->enabled = false;
}

static void go_back_to_provider(struct snapshot *snapshot)
{
	(void)snapshot;
}

#define OLD WITHOUT("region0", "endpoint2", "decoder2.0", "mem0")

static const struct end ends[] = {
	{"the other driver does nothing with CXL", OLD, NULL, "vfio-pci", HANDOVER_FREE,
	 "0000:11:00.0: handed over: vfio-pci has it, and no CXL memory is attached", NULL},
	{"it attaches the memory at the same place", WITHOUT(NULL), attach_by_vfio, "vfio-pci",
	 HANDOVER_OWNED,
	 "0000:11:00.0: handed over: vfio-pci now owns region0 (256 MiB at 0x100000000, as before)",
	 NULL},
	{"it attaches the memory elsewhere", WITHOUT(NULL), attach_elsewhere, "vfio-pci",
	 HANDOVER_OWNED,
	 "0000:11:00.0: handed over: vfio-pci now owns region0 (256 MiB at 0x140000000, not as "
	 "before)",
	 NULL},
	{"it registers a memdev as cxl_pci does", WITHOUT(NULL), register_classdev, "vfio-pci",
	 HANDOVER_MEMDEV,
	 "0000:11:00.0: handed over: vfio-pci has registered mem0, and owns no region", NULL},
	{"it registers a memdev without a region", WITHOUT("region0"), register_memdev, "vfio-pci",
	 HANDOVER_MEMDEV,
	 "0000:11:00.0: handed over: vfio-pci has registered mem0, and owns no region", NULL},
	{"the provider has it again", WITHOUT(NULL), go_back_to_provider, "sfc", HANDOVER_PROVIDER,
	 "0000:11:00.0: not handed over: its provider sfc has it",
	 "0000:11:00.0 has sfc, not vfio-pci"},
	{"the kernel has given it back", OLD, NULL, NULL, HANDOVER_NO_DRIVER,
	 "0000:11:00.0: not handed over: no driver has it",
	 "0000:11:00.0 has no driver, not vfio-pci"},
	{"a third driver has it", OLD, NULL, "efx", HANDOVER_OTHER,
	 "0000:11:00.0: not handed over: efx has it", "0000:11:00.0 has efx, not vfio-pci"},
	{"another memdev goes down by that", WITHOUT(NULL), attach_and_unbind, "vfio-pci",
	 HANDOVER_OWNED,
	 "0000:11:00.0: handed over: vfio-pci now owns region0 (256 MiB at 0x100000000, as before)",
	 "mem2 was unbound by the handover"},
	{"another region goes away by that",
	 WITHOUT("region0", "endpoint2", "decoder2.0", "mem0", "region1"), NULL, "vfio-pci",
	 HANDOVER_FREE, "0000:11:00.0: handed over: vfio-pci has it, and no CXL memory is attached",
	 "region1 was removed by the handover"},
};

struct machines {
	struct snapshot before, after, handed;
	struct attach_answers answers;
	struct plan plan;
};

static void prepare(struct machines *machines, const struct end *end)
{
	const struct snapshot_memdev *named;

	small_machine(&machines->before, WITHOUT(NULL));
	small_machine(&machines->after, OLD);
	small_machine(&machines->handed, end->without);
	if (end->change)
		end->change(&machines->handed);
	attach_infer(&machines->before, &machines->answers);
	named = snapshot_find_memdev(&machines->before, "mem0");
	assert_null(
		plan_make(&machines->answers, &named, 1, METHOD_HOST, "vfio-pci", &machines->plan));
}

static void release(struct machines *machines)
{
	plan_release(&machines->plan);
	attach_answers_release(&machines->answers);
	snapshot_release(&machines->before);
	snapshot_release(&machines->after);
	snapshot_release(&machines->handed);
}

/* All checks except that of the handover concern the time before it, and pass. */
static void check_checks(const struct machines *machines, const struct observation *handed,
			 enum check_result wanted, const char *detail)
{
	struct iomem iomem = {0};
	struct observed observed = {0};
	const char *none = NULL;
	struct checks checks;

	checks_of_detach(&machines->plan, &(struct observation){&machines->before, &iomem, NULL},
			 &(struct observation){&machines->after, &iomem, &none}, handed, &observed,
			 &checks);
	for (size_t i = 0; i < checks.count; i++) {
		const struct check *check = &checks.list[i];
		bool handover = strcmp(check->name, "handed-over") == 0;

		assert_int_equal(check->result, handover ? wanted : CHECK_PASSED);
		if (handover && detail)
			assert_string_equal(check->detail, detail);
	}
	assert_string_equal(checks.list[checks.count - 1].name, CHECK_OF_LOG);
	checks_release(&checks);
}

static void check_end(const struct end *end)
{
	struct machines machines;
	const struct observation handed = {&machines.handed, NULL, &end->driver};
	struct handover handover;
	_cleanup_free_ char *text = NULL;

	print_message("# %s\n", end->what);
	prepare(&machines, end);
	handover = handover_of(&machines.plan, 0, &handed);
	text = handover_text(&handover);
	assert_string_equal(handover_result_name(handover.result),
			    handover_result_name(end->result));
	assert_string_equal(text, end->text);
	check_checks(&machines, &handed, end->failed ? CHECK_FAILED : CHECK_PASSED, end->failed);
	release(&machines);
}

static void each_end_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		check_end(&ends[i]);
}

static void what_was_not_observed_is_not_checked(void **state)
{
	struct machines machines;

	(void)state;
	prepare(&machines, &ends[0]);
	check_checks(&machines, NULL, CHECK_NOT_CHECKED,
		     "nothing was observed with vfio-pci bound");
	release(&machines);
}

/*
 * If one host were bound while another is still being detached, the two could not be distinguished.
 */
static void all_are_detached_before_one_is_bound(void **state)
{
	const struct snapshot_memdev *named[2];
	struct attach_answers answers;
	struct snapshot snapshot;
	bool bound = false;
	struct plan plan;

	(void)state;
	small_machine(&snapshot, WITHOUT(NULL));
	attach_infer(&snapshot, &answers);
	named[0] = snapshot_find_memdev(&snapshot, "mem0");
	named[1] = snapshot_find_memdev(&snapshot, "mem1");
	assert_null(plan_make(&answers, named, 2, METHOD_HOST, "vfio-pci", &plan));
	assert_int_equal(plan.nr_steps, 6);
	for (size_t i = 0; i < plan.nr_steps; i++) {
		bound |= plan.steps[i].action == STEP_BIND;
		assert_int_equal(bound, i >= 4);
	}
	plan_release(&plan);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_end_is_told),
		cmocka_unit_test(what_was_not_observed_is_not_checked),
		cmocka_unit_test(all_are_detached_before_one_is_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
