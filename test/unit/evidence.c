// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "attach/reason/evidence.h"
#include "attach/reason/lock.h"

/* One memdev with its region, and the answers of attach_infer() and lock_infer() */
struct scenario {
	const char *what;
	bool memdev_disabled, host_unbound, no_region;
	enum flag attach_support;
	enum flag class_attributes;
	enum flag locked;
	enum flag decoder_locked;
	const char *child, *other_child;
	const char *target_type;
	const char *driver; /* the host's driver; NULL: sfc */
	enum flag imports;
	const char *symbol, *importer;
	enum flag attached; /* only if the kernel shows it */
	bool says;
	enum attach_state expected;
	enum lock_reason reason;
	const char *signals; /* the names, in order, each followed by a space */
};

static const struct scenario scenarios[] = {
	{.what = "an accelerator with its region",
	 .attach_support = FLAG_YES,
	 .locked = FLAG_YES,
	 .target_type = "accelerator",
	 .imports = FLAG_YES,
	 .expected = ATTACH_ATTACHED,
	 .reason = LOCK_ATTACH,
	 .signals = "no-class-attributes region-locked region-without-child "
		    "target-type-accelerator module-imports-attach "},
	{.what = "an accelerator whose driver is built in, region deleted under it",
	 .attach_support = FLAG_YES,
	 .no_region = true,
	 .imports = FLAG_UNKNOWN,
	 .expected = ATTACH_UNKNOWN,
	 .signals = "no-class-attributes "},
	{.what = "an accelerator in a region without an attribute for its lock",
	 .attach_support = FLAG_YES,
	 .locked = FLAG_UNKNOWN,
	 .imports = FLAG_YES,
	 .expected = ATTACH_ATTACHED,
	 .reason = LOCK_ATTACH,
	 .signals = "no-class-attributes region-without-child module-imports-attach "},
	{.what = "an accelerator in a region that firmware has locked as well",
	 .attach_support = FLAG_YES,
	 .locked = FLAG_YES,
	 .decoder_locked = FLAG_YES,
	 .imports = FLAG_YES,
	 .expected = ATTACH_ATTACHED,
	 .reason = LOCK_BOTH,
	 .signals = "no-class-attributes region-locked-by-decoder region-without-child "
		    "module-imports-attach "},
	{.what = "an accelerator in a region that is not locked",
	 .attach_support = FLAG_YES,
	 .locked = FLAG_NO,
	 .imports = FLAG_YES,
	 .expected = ATTACH_UNKNOWN,
	 .reason = LOCK_NONE,
	 .signals = "no-class-attributes region-not-locked region-without-child "
		    "module-imports-attach "},
	{.what = "a class device that its driver attached",
	 .attach_support = FLAG_YES,
	 .class_attributes = FLAG_YES,
	 .locked = FLAG_YES,
	 .target_type = "expander",
	 .imports = FLAG_YES,
	 .expected = ATTACH_ATTACHED,
	 .reason = LOCK_ATTACH,
	 .signals = "class-attributes region-locked region-without-child "
		    "target-type-expander module-imports-attach "},
	{.what = "a driver that attaches by a library of its own",
	 .attach_support = FLAG_YES,
	 .locked = FLAG_YES,
	 .target_type = "accelerator",
	 .imports = FLAG_NO,
	 .expected = ATTACH_ATTACHED,
	 .reason = LOCK_ATTACH,
	 .signals = "no-class-attributes region-locked region-without-child "
		    "target-type-accelerator module-imports-no-attach "},
	{.what = "a kernel whose attach has another name",
	 .attach_support = FLAG_NO,
	 .locked = FLAG_UNKNOWN,
	 .target_type = "accelerator",
	 .imports = FLAG_NO,
	 .expected = ATTACH_ATTACHED,
	 .reason = LOCK_ATTACH,
	 .signals = "no-attach-support no-class-attributes region-without-child "
		    "target-type-accelerator "},
	{.what = "a kernel whose attach has another name: the driver adds memdevs",
	 .attach_support = FLAG_NO,
	 .locked = FLAG_UNKNOWN,
	 .imports = FLAG_NO,
	 .symbol = "devm_cxl_add_memdev",
	 .expected = ATTACH_ATTACHED,
	 .reason = LOCK_ATTACH,
	 .signals = "no-attach-support no-class-attributes region-without-child "
		    "module-adds-memdevs "},
	{.what = "an accelerator that its driver has not attached",
	 .attach_support = FLAG_YES,
	 .no_region = true,
	 .imports = FLAG_NO,
	 .expected = ATTACH_UNKNOWN,
	 .signals = "no-class-attributes module-imports-no-attach "},
	{.what = "a driver that attaches by a module below its own",
	 .attach_support = FLAG_YES,
	 .locked = FLAG_YES,
	 .imports = FLAG_NO,
	 .importer = "vfio_cxl",
	 .expected = ATTACH_ATTACHED,
	 .reason = LOCK_ATTACH,
	 .signals = "no-class-attributes region-locked region-without-child "
		    "module-uses-importer "},
	{.what = "a region with a child of a kind that is not known",
	 .attach_support = FLAG_YES,
	 .locked = FLAG_YES,
	 .other_child = "gpu_region0",
	 .imports = FLAG_YES,
	 .expected = ATTACH_ATTACHED,
	 .reason = LOCK_ATTACH,
	 .signals = "no-class-attributes region-locked region-with-other-child "
		    "module-imports-attach "},
	{.what = "a kernel that says itself that a memdev is attached",
	 .attach_support = FLAG_YES,
	 .attached = FLAG_YES,
	 .says = true,
	 .class_attributes = FLAG_YES,
	 .locked = FLAG_NO,
	 .child = "dax_region0",
	 .imports = FLAG_NO,
	 .expected = ATTACH_ATTACHED,
	 .reason = LOCK_NONE,
	 .signals = "memdev-attached class-attributes region-not-locked region-with-child "
		    "module-imports-no-attach "},
	{.what = "a kernel that says itself that a memdev is not attached",
	 .attach_support = FLAG_YES,
	 .attached = FLAG_NO,
	 .says = true,
	 .locked = FLAG_YES,
	 .imports = FLAG_YES,
	 .expected = ATTACH_NONE,
	 .reason = LOCK_UNKNOWN,
	 .signals = "memdev-not-attached no-class-attributes region-locked "
		    "region-without-child module-imports-attach "},
	{.what = "cxl_pci, built in, with a region that firmware locked and that is system RAM",
	 .attach_support = FLAG_YES,
	 .driver = "cxl_pci",
	 .class_attributes = FLAG_YES,
	 .locked = FLAG_YES,
	 .decoder_locked = FLAG_YES,
	 .imports = FLAG_UNKNOWN,
	 .expected = ATTACH_NONE,
	 .reason = LOCK_FIRMWARE,
	 .signals = "class-attributes driver-attaches-none region-locked-by-decoder "
		    "region-without-child "},
	{.what = "an expander",
	 .attach_support = FLAG_YES,
	 .class_attributes = FLAG_YES,
	 .locked = FLAG_NO,
	 .child = "dax_region0",
	 .target_type = "expander",
	 .imports = FLAG_NO,
	 .expected = ATTACH_NONE,
	 .reason = LOCK_NONE,
	 .signals = "class-attributes region-not-locked region-with-child "
		    "target-type-expander module-imports-no-attach "},
	{.what = "an expander whose region is locked for no visible reason",
	 .attach_support = FLAG_YES,
	 .class_attributes = FLAG_YES,
	 .locked = FLAG_YES,
	 .child = "dax_region0",
	 .imports = FLAG_NO,
	 .expected = ATTACH_UNKNOWN,
	 .reason = LOCK_UNKNOWN,
	 .signals = "class-attributes region-locked region-with-child "
		    "module-imports-no-attach "},
	{.what = "an expander in a region that firmware locked, and that is system RAM",
	 .attach_support = FLAG_YES,
	 .class_attributes = FLAG_YES,
	 .locked = FLAG_YES,
	 .decoder_locked = FLAG_YES,
	 .imports = FLAG_NO,
	 .expected = ATTACH_NONE,
	 .reason = LOCK_FIRMWARE,
	 .signals = "class-attributes region-locked-by-decoder region-without-child "
		    "module-imports-no-attach "},
	{.what = "the lock is read from the decoders of a region without the attribute",
	 .attach_support = FLAG_NO,
	 .class_attributes = FLAG_YES,
	 .locked = FLAG_UNKNOWN,
	 .decoder_locked = FLAG_YES,
	 .child = "dax_region0",
	 .imports = FLAG_NO,
	 .expected = ATTACH_NONE,
	 .reason = LOCK_FIRMWARE,
	 .signals = "no-attach-support class-attributes region-with-child "},
	{.what = "a memdev without its driver",
	 .attach_support = FLAG_YES,
	 .memdev_disabled = true,
	 .no_region = true,
	 .imports = FLAG_YES,
	 .expected = ATTACH_NONE,
	 .signals = "no-class-attributes memdev-disabled module-imports-attach "},
	{.what = "a host without a driver",
	 .attach_support = FLAG_YES,
	 .host_unbound = true,
	 .locked = FLAG_YES,
	 .imports = FLAG_UNKNOWN,
	 .expected = ATTACH_NONE,
	 .reason = LOCK_UNKNOWN,
	 .signals = "no-class-attributes host-unbound region-locked region-without-child "},
	{.what = "nothing known",
	 .attach_support = FLAG_UNKNOWN,
	 .class_attributes = FLAG_UNKNOWN,
	 .no_region = true,
	 .imports = FLAG_UNKNOWN,
	 .expected = ATTACH_UNKNOWN,
	 .signals = ""},
};

/* The snapshot of a scenario, linked as by snapshot_take() */
struct machine {
	struct snapshot snapshot;
	struct snapshot_memdev memdev, *memdev_link;
	struct snapshot_region region, *region_link;
	struct snapshot_port endpoint;
	struct snapshot_decoder decoder, *decoder_link;
};

static void build_devices(const struct scenario *s, struct machine *m)
{
	*m = (struct machine){
		.memdev_link = &m->memdev, .region_link = &m->region, .decoder_link = &m->decoder};
	m->decoder = (struct snapshot_decoder){.name = "decoder3.0",
					       .region = s->no_region ? NULL : &m->region,
					       .locked = s->decoder_locked,
					       .target_type = s->target_type};
	m->endpoint = (struct snapshot_port){.name = "endpoint3",
					     .kind = PORT_ENDPOINT,
					     .decoders = &m->decoder_link,
					     .nr_decoders = 1};
	m->region = (struct snapshot_region){.name = "region7",
					     .locked = s->locked,
					     .driver = "cxl_region",
					     .child = s->child,
					     .other_child = s->other_child,
					     .decoders = &m->decoder_link,
					     .nr_decoders = 1,
					     .memdevs = &m->memdev_link,
					     .nr_memdevs = 1};
	m->memdev = (struct snapshot_memdev){.name = "mem0",
					     .enabled = !s->memdev_disabled,
					     .class_attributes = s->class_attributes,
					     .attached = s->says ? s->attached : FLAG_UNKNOWN,
					     .host = {.name = "0000:35:00.0",
						      .driver = s->host_unbound ? NULL
								: s->driver ?: "sfc",
						      .module = "sfc",
						      .module_file = "/lib/modules/sfc.ko",
						      .imports_attach = s->imports,
						      .symbol = s->imports == FLAG_YES ? "devm_cxl_probe_mem" : s->symbol,
						      .importer = s->importer,
						      .holds_cxl_mem = FLAG_UNKNOWN},
					     .endpoint = &m->endpoint,
					     .regions = &m->region_link,
					     .nr_regions = !s->no_region};
}

static void build(const struct scenario *s, struct machine *m)
{
	build_devices(s, m);
	m->snapshot = (struct snapshot){.attach_support = s->attach_support,
					.attach_support_file = "/proc/kallsyms",
					.memdevs = &m->memdev,
					.nr_memdevs = 1,
					.regions = &m->region,
					.nr_regions = !s->no_region};
}

static char *signals_of(const struct attach_answer *answer, char *text)
{
	*text = '\0';
	for (size_t i = 0; i < answer->nr_evidence; i++) {
		strcat(text, answer->evidence[i].signal);
		strcat(text, " ");
	}
	return text;
}

static void check(const struct scenario *s)
{
	struct attach_answers answers;
	struct lock_answer lock;
	struct machine m;
	char signals[400];

	build(s, &m);
	attach_infer(&m.snapshot, &answers);
	lock_infer(&answers, &m.region, &lock);
	if (answers.memdevs[0].state != s->expected)
		print_message("# %s\n", s->what);
	assert_string_equal(signals_of(&answers.memdevs[0], signals), s->signals);
	assert_int_equal(answers.memdevs[0].state, s->expected);
	if (!s->no_region)
		assert_int_equal(lock.reason, s->reason);
	assert_int_equal(lock.told_by_region, s->locked != FLAG_UNKNOWN);
	lock_answer_release(&lock);
	attach_answers_release(&answers);
}

static void infers_every_scenario(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		check(&scenarios[i]);
}

static void evidence_says_where_it_is_from(void **state)
{
	static const char *const files[][2] = {
		{"/sys/bus/cxl/devices/mem0/firmware_version", "absent"},
		{"/sys/bus/cxl/devices/region7/locked", "1"},
		{"/sys/bus/cxl/devices/region7", "no dax or pmem region"},
		{"/sys/bus/cxl/devices/decoder3.0/target_type", "accelerator"},
		{"/lib/modules/sfc.ko", "devm_cxl_probe_mem"},
	};
	struct attach_answers answers;
	struct machine m;

	(void)state;
	build(&scenarios[0], &m);
	attach_infer(&m.snapshot, &answers);
	assert_int_equal(answers.memdevs[0].nr_evidence, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(answers.memdevs[0].evidence[i].file, files[i][0]);
		assert_string_equal(answers.memdevs[0].evidence[i].value, files[i][1]);
	}
	attach_answers_release(&answers);
}

/*
 * A damaged machine has many regions, and a memdev takes part in all of them. Together they do not
 * outweigh a driver.
 */
static void nothing_outweighs_a_missing_driver(void **state)
{
	const struct scenario disabled = {.attach_support = FLAG_YES,
					  .memdev_disabled = true,
					  .locked = FLAG_YES,
					  .target_type = "accelerator",
					  .imports = FLAG_YES};
	struct snapshot_region *regions[100];
	struct attach_answers answers;
	struct machine m;

	(void)state;
	build(&disabled, &m);
	for (size_t i = 0; i < 100; i++)
		regions[i] = &m.region;
	m.memdev.regions = regions;
	m.memdev.nr_regions = 100;
	attach_infer(&m.snapshot, &answers);
	assert_int_equal(answers.memdevs[0].state, ATTACH_NONE);
	attach_answers_release(&answers);
}

static struct snapshot_port port = {.name = "port1", .enabled = true};
static struct snapshot_port disabled = {.name = "port1"};
static struct snapshot_decoder committed = {.name = "decoder1.0", .target_list = "0"};
static struct snapshot_decoder interleaved = {.name = "decoder1.0", .target_list = "0,1"};

/* The state of a host without a memdev, and its reason */
static const struct {
	struct snapshot_unattached_host unattached;
	enum attach_state expected;
	const char *reason;
} hosts[] = {
	{{.port = &port, .decoder = &committed, .capable = FLAG_UNKNOWN, .matched = "modalias"},
	 ATTACH_DETACHED,
	 NULL},
	{{.matched = "modalias", .capable = FLAG_YES}, ATTACH_DETACHED, "no-topology"},
	{{.matched = "driver", .capable = FLAG_YES, .host = {.driver = "sfc"}},
	 ATTACH_FAILED,
	 "no-topology"},
	{{.port = &port, .capable = FLAG_YES, .matched = "modalias"}, ATTACH_FAILED, "uncommitted"},
	{{.port = &disabled, .capable = FLAG_YES, .matched = "modalias"}, ATTACH_DETACHED, NULL},
	{{.port = &port,
	  .decoder = &interleaved,
	  .capable = FLAG_UNKNOWN,
	  .matched = "driver_override"},
	 ATTACH_FAILED,
	 "interleaved"},
	{{.port = &port,
	  .decoder = &committed,
	  .capable = FLAG_UNKNOWN,
	  .deferred = FLAG_YES,
	  .matched = "modalias"},
	 ATTACH_FAILED,
	 "deferred"},
	{{.host.driver = "sfc",
	  .port = &port,
	  .decoder = &committed,
	  .capable = FLAG_YES,
	  .matched = "driver"},
	 ATTACH_FAILED,
	 "no-memdev"},
	/* A network card of the same driver, without CXL memory */
	{{.host.driver = "sfc", .capable = FLAG_NO, .matched = "driver"}, ATTACH_NONE, NULL},
	{{.host.driver = "sfc", .capable = FLAG_UNKNOWN, .matched = "driver"}, ATTACH_NONE, NULL},
};

static void knows_detached_from_failed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		struct snapshot_unattached_host unattached = hosts[i].unattached;
		struct snapshot snapshot = {.unattached_hosts = &unattached,
					    .nr_unattached_hosts = 1};
		struct attach_answers answers;

		unattached.host.name = "0000:35:00.0";
		unattached.host.subsystem = "pci";
		unattached.provider = "sfc";
		attach_infer(&snapshot, &answers);
		assert_int_equal(answers.unattached_hosts[0].state, hosts[i].expected);
		if (hosts[i].reason)
			assert_string_equal(answers.unattached_hosts[0].reason, hosts[i].reason);
		else
			assert_null(answers.unattached_hosts[0].reason);
		attach_answers_release(&answers);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(infers_every_scenario),
		cmocka_unit_test(evidence_says_where_it_is_from),
		cmocka_unit_test(nothing_outweighs_a_missing_driver),
		cmocka_unit_test(knows_detached_from_failed),
	};

	return cmocka_run_group_tests_name("provider", tests, NULL, NULL);
}
