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
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "attach/reason/rescan.h"
#include "test/unit/small-machine.h"

#define NR_DEVICES 2

/*
 * Return the order of the steps: "-" and "+" for autoprobe, "R", "O0", "B0" with the number of the
 * device
 */
static char *order(const struct step *steps, size_t count, char *text)
{
	*text = '\0';
	for (size_t i = 0; i < count; i++) {
		const struct step *step = &steps[i];
		char number = (char)(step->device && strstr(step->device, "0000:21") ? '1' : '0');
		char *end = text + strlen(text);

		if (step->action == STEP_AUTOPROBE)
			sprintf(end, "%c ", step->on ? '+' : '-');
		else if (step->action == STEP_RESCAN)
			sprintf(end, "R ");
		else
			sprintf(end, "%c%c ", step->action == STEP_OVERRIDE ? 'O' : 'B', number);
	}
	return text;
}

/* mem0 and mem1 are removed: which of them has an override, and is autoprobe on? */
static const struct {
	const char *overrides[NR_DEVICES];
	enum flag autoprobe;
	const char *undo;
} mixes[] = {
	{{NULL, NULL}, FLAG_YES, "R B0 B1 "},
	{{"sfc", NULL}, FLAG_YES, "- R O0 + B0 B1 "},
	{{NULL, "sfc"}, FLAG_YES, "- R O1 + B0 B1 "},
	{{"sfc", "sfc"}, FLAG_YES, "- R O0 O1 + B0 B1 "},
	{{NULL, NULL}, FLAG_NO, "R B0 B1 "},
	{{"sfc", NULL}, FLAG_NO, "R O0 B0 B1 "},
	{{NULL, "sfc"}, FLAG_NO, "R O1 B0 B1 "},
	{{"sfc", "sfc"}, FLAG_NO, "R O0 O1 B0 B1 "},
};

static void every_mix_of_removed_devices_gets_its_own_drivers(void **state)
{
	static const char *const nothing[] = {NULL};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(mixes) / sizeof(*mixes); i++) {
		const struct snapshot_memdev *named[NR_DEVICES];
		struct attach_answers answers;
		struct snapshot snapshot;
		struct plan plan;

		small_machine(&snapshot, nothing);
		for (size_t j = 0; j < NR_DEVICES; j++) {
			struct snapshot_host *host = &snapshot.memdevs[j].host;

			host->driver_override = mixes[i].overrides[j];
			host->autoprobe = mixes[i].autoprobe;
			named[j] = &snapshot.memdevs[j];
		}
		attach_infer(&snapshot, &answers);
		assert_null(plan_make(&answers, named, NR_DEVICES, METHOD_PCI_REMOVE, NULL, &plan));
		assert_string_equal(order(plan.undo, plan.nr_undo, text), mixes[i].undo);
		plan_release(&plan);
		attach_answers_release(&answers);
		snapshot_release(&snapshot);
	}
}

#define RESCAN {.action = STEP_RESCAN, .bus = "pci"}
#define OFF {.action = STEP_AUTOPROBE, .bus = "pci", .on = false}
#define ON {.action = STEP_AUTOPROBE, .bus = "pci", .on = true}
#define OVERRIDE(to)                                                                               \
	{.action = STEP_OVERRIDE, .bus = "pci", .driver = "sfc", .device = "0000:" to ":00.0"}
#define BIND(to) {.action = STEP_BIND, .bus = "pci", .driver = "sfc", .device = "0000:" to ":00.0"}

static const struct {
	const char *what;
	struct step steps[12];
	size_t count;
	enum flag autoprobe;
	const char *alone,
		*beside; /* the order; and the order if 0000:21:00.0 is removed as well */
} lists[] = {
	{"no rescan", {OVERRIDE("11"), BIND("11")}, 2, FLAG_YES, "O0 B0 ", "O0 B0 "},
	{"no override", {RESCAN, BIND("11")}, 2, FLAG_YES, "R B0 ", "- R O1 + B0 "},
	{"the administrator has autoprobe off since",
	 {OFF, RESCAN, OVERRIDE("11"), ON, BIND("11")},
	 5,
	 FLAG_NO,
	 "R O0 B0 ",
	 "R O0 O1 B0 "},
	{"the administrator has autoprobe on since",
	 {RESCAN, OVERRIDE("11"), BIND("11")},
	 3,
	 FLAG_YES,
	 "- R O0 + B0 ",
	 "- R O0 O1 + B0 "},
	{"of two entries",
	 {RESCAN, BIND("11"), OFF, RESCAN, OVERRIDE("21"), ON, BIND("21")},
	 7,
	 FLAG_YES,
	 "- R O1 + B0 B1 ",
	 "- R O1 + B0 B1 "},
};

static void a_rescan_finds_what_others_removed(void **state)
{
	static const struct step other = OVERRIDE("21");
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		for (size_t nr_others = 0; nr_others < 2; nr_others++) {
			size_t count;
			struct step *guarded = rescan_guard(lists[i].steps, lists[i].count, &other,
							    nr_others, lists[i].autoprobe, &count);

			print_message("# %s, %zu others\n", lists[i].what, nr_others);
			assert_string_equal(order(guarded, count, text),
					    nr_others ? lists[i].beside : lists[i].alone);
			free(guarded);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mix_of_removed_devices_gets_its_own_drivers),
		cmocka_unit_test(a_rescan_finds_what_others_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
