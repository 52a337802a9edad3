// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/changes.h"
#include "attach/model/snapshot.h"
#include "test/unit/small-machine.h"

static const char *const nothing[] = {NULL};

static const char *text_of(const struct changes *changes)
{
	static char text[2000];

	*text = '\0';
	for (size_t i = 0; i < changes->count; i++)
		sprintf(text + strlen(text), "%s %s; ", changes->list[i].name,
			change_kind_name(changes->list[i].kind));
	return text;
}

/* The changes between the small machine and the same machine with one difference */
#define CHECK(expected, statement)                                                                 \
	do {                                                                                       \
		struct snapshot before, after;                                                     \
		struct changes changes;                                                            \
                                                                                                   \
		small_machine(&before, nothing);                                                   \
		small_machine(&after, nothing);                                                    \
		statement;                                                                         \
		changes_find(&before, &after, &changes);                                           \
		assert_string_equal(text_of(&changes), expected);                                  \
		changes_release(&changes);                                                         \
		snapshot_release(&before);                                                         \
		snapshot_release(&after);                                                          \
	} while (0)

static void each_attribute_counts(void **state)
{
	(void)state;
	CHECK("", );
	CHECK("mem0 unbound; ", snapshot_find_memdev(&after, "mem0")->enabled = false);
	CHECK("mem0 bound; ", snapshot_find_memdev(&before, "mem0")->enabled = false);
	CHECK("mem0 altered; ", snapshot_find_memdev(&after, "mem0")->host.name = "0000:12:00.0");
	CHECK("mem0 altered; ", snapshot_find_memdev(&after, "mem0")->host.driver = NULL);
	CHECK("mem0 altered; ", snapshot_find_memdev(&after, "mem0")->endpoint = NULL);
	CHECK("mem0 altered; ", snapshot_find_memdev(&after, "mem0")->ram_size++);
	CHECK("mem0 altered; ", snapshot_find_memdev(&after, "mem0")->pmem_size++);
	CHECK("decoder0.0 altered; ", after.decoders[0].start++);
	CHECK("decoder0.0 altered; ", after.decoders[0].size++);
	CHECK("decoder0.0 altered; ", after.decoders[0].target_type = "expander");
	CHECK("decoder0.0 altered; ", after.decoders[0].target_list = "0,1");
	CHECK("region0 unbound; ", snapshot_find_region(&after, "region0")->driver = NULL);
	CHECK("region0 bound; ", snapshot_find_region(&before, "region0")->driver = NULL);
	CHECK("region0 altered; ", snapshot_find_region(&after, "region0")->resource++);
	CHECK("region0 altered; ", snapshot_find_region(&after, "region0")->size++);
	CHECK("region0 altered; ", snapshot_find_region(&after, "region0")->locked = FLAG_NO);
	CHECK("region0 altered; ", snapshot_find_region(&after, "region0")->nr_memdevs = 0);
	CHECK("region0 altered; ", snapshot_find_region(&after, "region0")->committed = FLAG_NO);
	CHECK("region0 altered; ", snapshot_find_region(&after, "region0")->child = "dax_region0");
	CHECK("endpoint2 altered; ", after.ports[0].uport = "mem7");
}

/* At the beginning, in the middle and at the end of each kind */
static void devices_come_and_go(void **state)
{
	static const char *const without[] = {"mem0", "mem2", "port5", "region0", "region2", NULL};
	static const char come[] =
		"mem0 added; mem2 added; port5 added; region0 added; region2 added; ";
	static const char go[] =
		"mem0 removed; mem2 removed; port5 removed; region0 removed; region2 removed; ";
	struct snapshot more, less;
	struct changes changes, same;

	(void)state;
	small_machine(&more, nothing);
	small_machine(&less, without);
	changes_find(&less, &more, &changes);
	assert_string_equal(text_of(&changes), come);
	changes_find(&more, &less, &same);
	assert_string_equal(text_of(&same), go);
	assert_false(changes_same(&changes, &same));
	assert_true(changes_have(&same, CHANGE_REMOVED, "port5"));
	assert_false(changes_have(&same, CHANGE_ADDED, "port5"));
	changes_release(&same);
	changes_find(&less, &more, &same);
	assert_true(changes_same(&changes, &same));
	changes_release(&same);
	changes_find(&more, &more, &same);
	assert_false(changes_same(&changes, &same));
	changes_release(&same);
	changes_release(&changes);
	snapshot_release(&more);
	snapshot_release(&less);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_attribute_counts),
		cmocka_unit_test(devices_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
