// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cxl/attach/provider.h"
#include "cxl/attach/snapshot.h"

/* Everything that attach_infer() looks at, and what it has to say */
struct scenario {
	const char *what;
	bool enabled, host_bound;
	enum snapshot_flag class_attributes;
	int nr_regions; /* 0 to 2, of these: */
	enum snapshot_flag locked[2];
	bool decoder_locked[2];
	enum attach_state expected;
	const char *signals; /* names, in order, each followed by a space */
};

static const struct scenario scenarios[] = {
	{"an accelerator with its region", true, true, FLAG_NO, 1, {FLAG_YES}, {false},
	 ATTACH_ATTACHED, "no-class-attributes region-locked "},
	{"an accelerator whose region was deleted under it", true, true, FLAG_NO, 0, {0}, {0},
	 ATTACH_ATTACHED, "no-class-attributes "},
	{"an accelerator on a kernel that does not tell locks", true, true, FLAG_NO, 1,
	 {FLAG_UNKNOWN}, {false}, ATTACH_ATTACHED, "no-class-attributes "},
	{"an accelerator in a region that firmware locked", true, true, FLAG_NO, 1, {FLAG_YES},
	 {true}, ATTACH_ATTACHED, "no-class-attributes region-locked-by-decoder "},
	{"an accelerator in a region that is not locked", true, true, FLAG_NO, 1, {FLAG_NO},
	 {false}, ATTACH_UNKNOWN, "no-class-attributes region-not-locked "},
	{"a class device that its driver attached", true, true, FLAG_YES, 1, {FLAG_YES}, {false},
	 ATTACH_ATTACHED, "class-attributes region-locked "},
	{"an expander", true, true, FLAG_YES, 1, {FLAG_NO}, {false}, ATTACH_NONE,
	 "class-attributes region-not-locked "},
	{"an expander without a region", true, true, FLAG_YES, 0, {0}, {0}, ATTACH_NONE,
	 "class-attributes "},
	{"an expander in a region that firmware locked", true, true, FLAG_YES, 1, {FLAG_YES},
	 {true}, ATTACH_NONE, "class-attributes region-locked-by-decoder "},
	{"regions that contradict each other", true, true, FLAG_YES, 2, {FLAG_YES, FLAG_NO},
	 {false, false}, ATTACH_UNKNOWN, "class-attributes region-locked region-not-locked "},
	{"a memdev without its driver", false, true, FLAG_NO, 0, {0}, {0}, ATTACH_NONE,
	 "no-class-attributes "},
	{"a host without a driver", true, false, FLAG_NO, 1, {FLAG_YES}, {false}, ATTACH_NONE,
	 "no-class-attributes region-locked "},
	{"nothing known", true, true, FLAG_UNKNOWN, 1, {FLAG_UNKNOWN}, {false}, ATTACH_NONE, ""},
};

static void check(const struct scenario *s)
{
	struct snapshot_region regions[2], *links[2] = {&regions[0], &regions[1]};
	struct snapshot_memdev memdev = {
		.name = (char *)"mem0",
		.host = (char *)"host0",
		.host_driver = s->host_bound ? (char *)"driver" : NULL,
		.enabled = s->enabled,
		.class_attributes = s->class_attributes,
		.regions = links,
		.nr_regions = (size_t)s->nr_regions,
	};
	struct attach_answer answer;
	char signals[200] = "";

	for (int i = 0; i < 2; i++)
		regions[i] = (struct snapshot_region){.name = (char *)"region0",
						      .locked = s->locked[i],
						      .decoder_locked = s->decoder_locked[i]};
	assert_int_equal(attach_infer(&memdev, &answer), 0);
	for (size_t i = 0; i < answer.nr_evidence; i++) {
		strcat(signals, answer.evidence[i].signal);
		strcat(signals, " ");
	}
	if (answer.state != s->expected)
		print_message("# %s\n", s->what);
	assert_int_equal(answer.state, s->expected);
	assert_string_equal(signals, s->signals);
	attach_answer_release(&answer);
}

static void infers_every_scenario(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		check(&scenarios[i]);
}

static void evidence_says_where_it_is_from(void **state)
{
	struct snapshot_region region = {.name = (char *)"region7", .locked = FLAG_YES};
	struct snapshot_region *link = &region;
	struct snapshot_memdev memdev = {
		.name = (char *)"mem3", .host_driver = (char *)"driver", .enabled = true,
		.class_attributes = FLAG_NO, .regions = &link, .nr_regions = 1};
	struct attach_answer answer;

	(void)state;
	assert_int_equal(attach_infer(&memdev, &answer), 0);
	assert_int_equal(answer.nr_evidence, 2);
	assert_string_equal(answer.evidence[0].device, "mem3");
	assert_string_equal(answer.evidence[0].said, "absent");
	assert_string_equal(answer.evidence[1].device, "region7");
	assert_string_equal(answer.evidence[1].attribute, "locked");
	assert_string_equal(answer.evidence[1].said, "1");
	attach_answer_release(&answer);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(infers_every_scenario),
		cmocka_unit_test(evidence_says_where_it_is_from),
	};

	return cmocka_run_group_tests_name("provider", tests, NULL, NULL);
}
