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
	bool no_driver, host_unbound;
	enum snapshot_flag class_attributes;
	size_t nr_regions; /* of these: */
	struct {
		enum snapshot_flag locked;
		bool decoder_locked;
	} regions[2];
	enum attach_state expected;
	const char *signals; /* names, in order, each followed by a space */
};

static const struct scenario scenarios[] = {
	{.what = "an accelerator with its region",
	 .class_attributes = FLAG_NO,
	 .nr_regions = 1,
	 .regions = {{FLAG_YES, false}},
	 .expected = ATTACH_ATTACHED,
	 .signals = "no-class-attributes region-locked "},
	{.what = "an accelerator whose region was deleted under it",
	 .class_attributes = FLAG_NO,
	 .expected = ATTACH_ATTACHED,
	 .signals = "no-class-attributes "},
	{.what = "an accelerator on a kernel that does not tell locks",
	 .class_attributes = FLAG_NO,
	 .nr_regions = 1,
	 .regions = {{FLAG_UNKNOWN, false}},
	 .expected = ATTACH_ATTACHED,
	 .signals = "no-class-attributes "},
	{.what = "an accelerator in a region that firmware locked",
	 .class_attributes = FLAG_NO,
	 .nr_regions = 1,
	 .regions = {{FLAG_YES, true}},
	 .expected = ATTACH_ATTACHED,
	 .signals = "no-class-attributes region-locked-by-decoder "},
	{.what = "an accelerator in a region that is not locked",
	 .class_attributes = FLAG_NO,
	 .nr_regions = 1,
	 .regions = {{FLAG_NO, false}},
	 .expected = ATTACH_UNKNOWN,
	 .signals = "no-class-attributes region-not-locked "},
	{.what = "a class device that its driver attached",
	 .class_attributes = FLAG_YES,
	 .nr_regions = 1,
	 .regions = {{FLAG_YES, false}},
	 .expected = ATTACH_ATTACHED,
	 .signals = "class-attributes region-locked "},
	{.what = "an expander",
	 .class_attributes = FLAG_YES,
	 .nr_regions = 1,
	 .regions = {{FLAG_NO, false}},
	 .expected = ATTACH_NONE,
	 .signals = "class-attributes region-not-locked "},
	{.what = "an expander without a region",
	 .class_attributes = FLAG_YES,
	 .expected = ATTACH_NONE,
	 .signals = "class-attributes "},
	{.what = "an expander in a region that firmware locked",
	 .class_attributes = FLAG_YES,
	 .nr_regions = 1,
	 .regions = {{FLAG_YES, true}},
	 .expected = ATTACH_NONE,
	 .signals = "class-attributes region-locked-by-decoder "},
	{.what = "regions that contradict each other",
	 .class_attributes = FLAG_YES,
	 .nr_regions = 2,
	 .regions = {{FLAG_YES, false}, {FLAG_NO, false}},
	 .expected = ATTACH_UNKNOWN,
	 .signals = "class-attributes region-locked region-not-locked "},
	{.what = "a memdev without its driver",
	 .no_driver = true,
	 .class_attributes = FLAG_NO,
	 .expected = ATTACH_NONE,
	 .signals = "no-class-attributes "},
	{.what = "a host without a driver",
	 .host_unbound = true,
	 .class_attributes = FLAG_NO,
	 .nr_regions = 1,
	 .regions = {{FLAG_YES, false}},
	 .expected = ATTACH_NONE,
	 .signals = "no-class-attributes region-locked "},
	{.what = "nothing known",
	 .class_attributes = FLAG_UNKNOWN,
	 .nr_regions = 1,
	 .regions = {{FLAG_UNKNOWN, false}},
	 .expected = ATTACH_NONE,
	 .signals = ""},
};

static void check(const struct scenario *s)
{
	struct snapshot_region regions[2], *links[2] = {&regions[0], &regions[1]};
	struct snapshot_memdev memdev = {
		.name = (char *)"mem0",
		.host = (char *)"host0",
		.host_driver = s->host_unbound ? NULL : (char *)"driver",
		.enabled = !s->no_driver,
		.class_attributes = s->class_attributes,
		.regions = links,
		.nr_regions = s->nr_regions,
	};
	struct attach_answer answer;
	char signals[200] = "";

	for (int i = 0; i < 2; i++)
		regions[i] =
			(struct snapshot_region){.name = (char *)"region0",
						 .locked = s->regions[i].locked,
						 .decoder_locked = s->regions[i].decoder_locked};
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
	struct snapshot_memdev memdev = {.name = (char *)"mem3",
					 .host_driver = (char *)"driver",
					 .enabled = true,
					 .class_attributes = FLAG_NO,
					 .regions = &link,
					 .nr_regions = 1};
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
