// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/verdict.h"
#include "util/memory.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { ACCELERATOR, OTHER, EXPANDER, NR_MEMDEVS };

/*
 * root0
 *   port1
 *     endpoint3: mem0, with region0 and region1
 *     port2
 *       endpoint4: mem1, with region1
 *   port5
 *     endpoint6: mem2, with region2
 */
struct machine {
	struct snapshot snapshot;
	struct attach_answers answers;
	struct attach_answer states[NR_MEMDEVS];
	struct snapshot_port root, switches[3], endpoints[NR_MEMDEVS];
	struct snapshot_decoder root_decoder, decoder, *decoder_link;
	struct snapshot_region regions[3];
	struct snapshot_memdev memdevs[NR_MEMDEVS];
	struct snapshot_memdev *memdev_links[NR_MEMDEVS];
	struct snapshot_region *region_links[3];
};

static void build_ports(struct machine *m)
{
	static const char *const endpoints[] = {"endpoint3", "endpoint4", "endpoint6"};
	struct snapshot_port *above[] = {&m->switches[0], &m->switches[1], &m->switches[2]};

	m->root =
		(struct snapshot_port){.name = "root0", .kind = PORT_ROOT, .uport = "ACPI0017:00"};
	m->switches[0] = (struct snapshot_port){
		.name = "port1", .kind = PORT_SWITCH, .parent = &m->root, .uport = "pci0000:10"};
	m->switches[1] = (struct snapshot_port){.name = "port2",
						.kind = PORT_SWITCH,
						.parent = &m->switches[0],
						.uport = "0000:11:00.0"};
	m->switches[2] = (struct snapshot_port){
		.name = "port5", .kind = PORT_SWITCH, .parent = &m->root, .uport = "pci0000:20"};
	for (size_t i = 0; i < NR_MEMDEVS; i++)
		m->endpoints[i] = (struct snapshot_port){
			.name = endpoints[i], .kind = PORT_ENDPOINT, .parent = above[i]};
}

static void build_memdevs(struct machine *m)
{
	static const char *const names[] = {"mem0", "mem1", "mem2"};
	static const char *const hosts[] = {"0000:12:00.0", "0000:13:00.0", "0000:21:00.0"};
	static const size_t nr_regions[] = {2, 1, 1};

	for (size_t i = 0; i < NR_MEMDEVS; i++) {
		m->region_links[i] = &m->regions[i];
		m->memdev_links[i] = &m->memdevs[i];
		m->memdevs[i] = (struct snapshot_memdev){.name = names[i],
							 .id = i,
							 .host.name = hosts[i],
							 .endpoint = &m->endpoints[i],
							 .regions = &m->region_links[i],
							 .nr_regions = nr_regions[i]};
	}
}

static void build_regions(struct machine *m)
{
	m->decoder_link = &m->decoder;
	m->decoder = (struct snapshot_decoder){.name = "decoder3.0", .region = &m->regions[0]};
	m->root_decoder = (struct snapshot_decoder){.name = "decoder0.0", .port = &m->root};
	m->regions[0] = (struct snapshot_region){.name = "region0",
						 .root_decoder = &m->root_decoder,
						 .resource = 0x10000000,
						 .size = 0x1000,
						 .decoders = &m->decoder_link,
						 .nr_decoders = 1,
						 .memdevs = &m->memdev_links[ACCELERATOR],
						 .nr_memdevs = 1};
	m->regions[1] = (struct snapshot_region){
		.name = "region1", .memdevs = &m->memdev_links[ACCELERATOR], .nr_memdevs = 2};
	m->regions[2] = (struct snapshot_region){
		.name = "region2", .memdevs = &m->memdev_links[EXPANDER], .nr_memdevs = 1};
}

static void build(struct machine *m)
{
	memset(m, 0, sizeof(*m));
	build_ports(m);
	build_memdevs(m);
	build_regions(m);
	m->snapshot = (struct snapshot){.attach_support = FLAG_YES,
					.memdevs = m->memdevs,
					.nr_memdevs = NR_MEMDEVS,
					.regions = m->regions,
					.nr_regions = COUNT(m->regions)};
	m->answers = (struct attach_answers){.snapshot = &m->snapshot, .memdevs = m->states};
}

/* A region with one memdev, and the verdicts on it */
static const struct {
	const char *what;
	enum attach_state state;
	enum flag locked, root_locked, decoder_locked;
	enum verdict_reason reason;
	enum verdict_kind destroy, disable;
	size_t nr_memdevs, nr_decoders;
} regions[] = {
	{.what = "plain",
	 .reason = REASON_NONE,
	 .destroy = VERDICT_ALLOWED,
	 .disable = VERDICT_ALLOWED},
	{.what = "attach-owned",
	 .state = ATTACH_ATTACHED,
	 .locked = FLAG_YES,
	 .reason = REASON_ATTACH_OWNED,
	 .destroy = VERDICT_REFUSED,
	 .disable = VERDICT_REMARKED,
	 .nr_memdevs = 1},
	{.what = "attach-owned, and its lock is off",
	 .state = ATTACH_ATTACHED,
	 .locked = FLAG_NO,
	 .reason = REASON_ATTACH_OWNED,
	 .destroy = VERDICT_REFUSED,
	 .disable = VERDICT_REMARKED,
	 .nr_memdevs = 1},
	{.what = "attach-owned, and its lock is unknown",
	 .state = ATTACH_ATTACHED,
	 .locked = FLAG_UNKNOWN,
	 .reason = REASON_ATTACH_OWNED,
	 .destroy = VERDICT_REFUSED,
	 .disable = VERDICT_REMARKED,
	 .nr_memdevs = 1},
	{.what = "possibly attach-owned",
	 .state = ATTACH_UNKNOWN,
	 .reason = REASON_ATTACH_OWNED,
	 .destroy = VERDICT_REFUSED,
	 .disable = VERDICT_REMARKED,
	 .nr_memdevs = 1},
	{.what = "firmware locked the root decoder",
	 .locked = FLAG_YES,
	 .root_locked = FLAG_YES,
	 .reason = REASON_FIRMWARE_LOCKED,
	 .destroy = VERDICT_REFUSED,
	 .disable = VERDICT_ALLOWED,
	 .nr_decoders = 1},
	{.what = "firmware locked both decoders, and the lock of the region is unknown",
	 .locked = FLAG_UNKNOWN,
	 .root_locked = FLAG_YES,
	 .decoder_locked = FLAG_YES,
	 .reason = REASON_FIRMWARE_LOCKED,
	 .destroy = VERDICT_REFUSED,
	 .disable = VERDICT_ALLOWED,
	 .nr_decoders = 2},
	{.what = "attach-owned, and firmware locked it as well",
	 .state = ATTACH_ATTACHED,
	 .locked = FLAG_YES,
	 .decoder_locked = FLAG_YES,
	 .reason = REASON_ATTACH_OWNED,
	 .destroy = VERDICT_REFUSED,
	 .disable = VERDICT_REMARKED,
	 .nr_memdevs = 1,
	 .nr_decoders = 1},
	{.what = "locked for an unknown reason",
	 .locked = FLAG_YES,
	 .reason = REASON_LOCKED,
	 .destroy = VERDICT_REFUSED,
	 .disable = VERDICT_ALLOWED},
};

static void judges_every_region(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(regions) * 4; i++) {
		typeof(*regions) *expected = &regions[i / 4];
		bool destroy = i & 1, force = i & 2;
		struct verdict_object object;
		struct verdict verdict;
		struct machine m;

		build(&m);
		m.states[ACCELERATOR].state = expected->state;
		m.regions[0].locked = expected->locked;
		m.root_decoder.locked = expected->root_locked;
		m.decoder.locked = expected->decoder_locked;
		object = (struct verdict_object){.region = &m.regions[0]};
		verdict_judge(&m.answers,
			      destroy ? OPERATION_DESTROY_REGION : OPERATION_DISABLE_REGION, force,
			      &object, &verdict);
		if (verdict.kind != (destroy ? expected->destroy : expected->disable))
			fail_msg("%s, %s: %s", expected->what, destroy ? "destroy" : "disable",
				 verdict_kind_name(verdict.kind));
		assert_int_equal(verdict.reason, expected->reason);
		assert_int_equal(verdict.nr_memdevs, expected->nr_memdevs);
		assert_int_equal(verdict.nr_decoders, expected->nr_decoders);
		assert_ptr_equal(verdict.object.region, &m.regions[0]);
		verdict_release(&verdict);
	}
}

static void knows_each_owner(void **state)
{
	struct verdict verdict;
	struct machine m;

	(void)state;
	build(&m);
	m.states[OTHER].state = ATTACH_ATTACHED;
	verdict_judge(&m.answers, OPERATION_DESTROY_REGION, true,
		      &(struct verdict_object){.region = &m.regions[1]}, &verdict);
	assert_int_equal(verdict.kind, VERDICT_REFUSED);
	assert_int_equal(verdict.nr_memdevs, 1);
	assert_ptr_equal(verdict.memdevs[0], &m.memdevs[OTHER]);
	assert_false(verdict.uncertain);
	verdict_release(&verdict);

	m.states[ACCELERATOR].state = ATTACH_UNKNOWN;
	verdict_judge(&m.answers, OPERATION_DESTROY_REGION, true,
		      &(struct verdict_object){.region = &m.regions[1]}, &verdict);
	assert_int_equal(verdict.nr_memdevs, 2);
	assert_false(verdict.uncertain);
	verdict_release(&verdict);

	m.states[OTHER].state = ATTACH_UNKNOWN;
	verdict_judge(&m.answers, OPERATION_DESTROY_REGION, true,
		      &(struct verdict_object){.region = &m.regions[1]}, &verdict);
	assert_int_equal(verdict.kind, VERDICT_REFUSED);
	assert_true(verdict.uncertain);
	verdict_release(&verdict);
}

/* What is lost with a memdev or port, if some of the memdevs are attached */
static const struct {
	const char *object;
	const char *attached; /* the attached ones of memdevs 012 */
	const char *memdevs;  /* the memdevs that a driver loses */
	const char *regions;  /* the regions that lose a memdev */
} losses[] = {
	{"mem0", "", "", "01"},		 {"mem0", "0", "0", "01"},
	{"mem0", "12", "", "01"},	 {"mem1", "01", "1", "1"},
	{"mem2", "012", "2", "2"},	 {"root0", "", "", "012"},
	{"root0", "02", "02", "012"},	 {"root0", "012", "012", "012"},
	{"port1", "2", "", "01"},	 {"port1", "01", "01", "01"},
	{"port2", "0", "", "1"},	 {"port2", "01", "1", "1"},
	{"port5", "01", "", "2"},	 {"port5", "2", "2", "2"},
	{"endpoint3", "012", "0", "01"}, {"endpoint4", "0", "", "1"},
	{"endpoint6", "2", "2", "2"},
};

static struct verdict_object object_of(const struct machine *m, const char *name)
{
	const struct snapshot_port *ports[] = {&m->root,	&m->switches[0],  &m->switches[1],
					       &m->switches[2], &m->endpoints[0], &m->endpoints[1],
					       &m->endpoints[2]};

	for (size_t i = 0; i < NR_MEMDEVS; i++) {
		if (strcmp(m->memdevs[i].name, name) == 0)
			return (struct verdict_object){.memdev = &m->memdevs[i]};
	}
	for (size_t i = 0; i < COUNT(ports); i++) {
		if (strcmp(ports[i]->name, name) == 0)
			return (struct verdict_object){.port = ports[i]};
	}
	fail_msg("there is no %s", name);
	return (struct verdict_object){0};
}

static char *memdev_digits(const struct machine *m, const struct verdict *verdict, char *text)
{
	size_t i;

	for (i = 0; i < verdict->nr_memdevs; i++)
		text[i] = (char)('0' + (verdict->memdevs[i] - m->memdevs));
	text[i] = '\0';
	return text;
}

static char *region_digits(const struct machine *m, const struct verdict *verdict, char *text)
{
	size_t i;

	for (i = 0; i < verdict->nr_regions; i++)
		text[i] = (char)('0' + (verdict->regions[i] - m->regions));
	text[i] = '\0';
	return text;
}

static void check_loss(typeof(*losses) *loss, enum operation operation, enum attach_state state,
		       bool force)
{
	bool ends = *loss->memdevs;
	struct verdict_object object;
	struct verdict verdict;
	struct machine m;
	char text[16];

	build(&m);
	for (const char *digit = loss->attached; *digit; digit++)
		m.states[*digit - '0'].state = state;
	object = object_of(&m, loss->object);
	verdict_judge(&m.answers, operation, force, &object, &verdict);
	if (strcmp(memdev_digits(&m, &verdict, text), loss->memdevs) != 0)
		fail_msg("%s with %s attached: memdevs %s", loss->object, loss->attached, text);
	if (strcmp(region_digits(&m, &verdict, text), loss->regions) != 0)
		fail_msg("%s with %s attached: regions %s", loss->object, loss->attached, text);
	assert_int_equal(verdict.reason, ends ? REASON_ENDS_ATTACH : REASON_NONE);
	assert_int_equal(verdict.kind, !ends   ? VERDICT_ALLOWED
				       : force ? VERDICT_FORCED
					       : VERDICT_REFUSED);
	verdict_release(&verdict);
}

static void judges_every_loss(void **state)
{
	static const enum operation operations[] = {OPERATION_DISABLE_MEMDEV,
						    OPERATION_DISABLE_PORT, OPERATION_DISABLE_BUS,
						    OPERATION_FREE_DPA};

	(void)state;
	for (size_t i = 0; i < COUNT(losses); i++) {
		for (size_t operation = 0; operation < COUNT(operations); operation++) {
			check_loss(&losses[i], operations[operation], ATTACH_ATTACHED, false);
			check_loss(&losses[i], operations[operation], ATTACH_ATTACHED, true);
			check_loss(&losses[i], operations[operation], ATTACH_UNKNOWN, false);
			check_loss(&losses[i], operations[operation], ATTACH_UNKNOWN, true);
		}
	}
}

/* The parents in a damaged tree may be circular: the function must return, and refuse. */
static void ends_on_cyclic_parents(void **state)
{
	struct verdict verdict;
	struct machine m;

	(void)state;
	build(&m);
	m.states[OTHER].state = ATTACH_ATTACHED;
	m.switches[0].parent = &m.switches[1];
	verdict_judge(&m.answers, OPERATION_DISABLE_PORT, false,
		      &(struct verdict_object){.port = &m.switches[0]}, &verdict);
	assert_int_equal(verdict.kind, VERDICT_REFUSED);
	verdict_release(&verdict);
	/* The bus of mem1 is unknown: it may be below port5. */
	verdict_judge(&m.answers, OPERATION_DISABLE_PORT, false,
		      &(struct verdict_object){.port = &m.switches[2]}, &verdict);
	assert_int_equal(verdict.kind, VERDICT_REFUSED);
	verdict_release(&verdict);
	m.states[OTHER].state = ATTACH_NONE;
	verdict_judge(&m.answers, OPERATION_DISABLE_PORT, false,
		      &(struct verdict_object){.port = &m.switches[2]}, &verdict);
	assert_int_equal(verdict.kind, VERDICT_ALLOWED);
	verdict_release(&verdict);
}

/* A region whose lock could not be read is only allowed on a kernel without attach. */
static void refuses_what_is_unreadable(void **state)
{
	static const struct {
		enum flag support, locked;
		bool unread;
		enum verdict_reason reason;
	} cases[] = {
		{FLAG_YES, FLAG_NO, false, REASON_NONE},
		{FLAG_YES, FLAG_UNKNOWN, false, REASON_UNREADABLE},
		{FLAG_NO, FLAG_UNKNOWN, false, REASON_NONE},
		{FLAG_UNKNOWN, FLAG_UNKNOWN, false, REASON_NONE},
		{FLAG_NO, FLAG_UNKNOWN, true, REASON_UNREADABLE},
		{FLAG_YES, FLAG_UNKNOWN, true, REASON_UNREADABLE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct verdict verdict;
		struct machine m;

		build(&m);
		m.snapshot.attach_support = cases[i].support;
		m.regions[0].locked = cases[i].locked;
		m.regions[0].unread = cases[i].unread;
		verdict_judge(&m.answers, OPERATION_DESTROY_REGION, true,
			      &(struct verdict_object){.region = &m.regions[0]}, &verdict);
		assert_int_equal(verdict.reason, cases[i].reason);
		assert_int_equal(verdict.kind, cases[i].reason ? VERDICT_REFUSED : VERDICT_ALLOWED);
		verdict_release(&verdict);
	}
}

/* The endpoint could not be read: its memdev may be below any port. */
static void refuses_where_the_endpoint_is_unknown(void **state)
{
	struct verdict verdict;
	struct machine m;

	(void)state;
	build(&m);
	m.states[ACCELERATOR].state = ATTACH_ATTACHED;
	m.memdevs[ACCELERATOR].endpoint = NULL;
	verdict_judge(&m.answers, OPERATION_DISABLE_BUS, false,
		      &(struct verdict_object){.port = &m.root}, &verdict);
	assert_int_equal(verdict.kind, VERDICT_REFUSED);
	verdict_release(&verdict);
}

/* Changes of one attribute each */
static void change_nothing(struct machine *m)
{
	(void)m;
}
static void change_resource(struct machine *m)
{
	m->regions[0].resource++;
}
static void change_size(struct machine *m)
{
	m->regions[0].size++;
}
static void change_no_memdev(struct machine *m)
{
	m->regions[0].nr_memdevs = 0;
}
static void change_more_memdevs(struct machine *m)
{
	m->regions[0].nr_memdevs = 2;
}
static void change_which_memdev(struct machine *m)
{
	m->regions[0].memdevs = &m->memdev_links[OTHER];
}
static void change_host(struct machine *m)
{
	m->memdevs[0].host.name = "0000:99:00.0";
}
static void change_no_host(struct machine *m)
{
	m->memdevs[0].host.name = NULL;
}
static void change_port(struct machine *m)
{
	m->switches[0].uport = "pci0000:77";
}
static void change_no_uport(struct machine *m)
{
	m->switches[0].uport = NULL;
}
static void change_lock(struct machine *m)
{
	m->regions[0].locked = FLAG_YES;
}

static void knows_what_is_the_same(void **state)
{
	static const struct {
		void (*change)(struct machine *machine);
		bool region, memdev, port;
	} cases[] = {
		{change_nothing, true, true, true},
		{change_resource, false, true, true},
		{change_size, false, true, true},
		{change_no_memdev, false, true, true},
		{change_more_memdevs, false, true, true},
		{change_which_memdev, false, true, true},
		{change_host, false, false, true},
		{change_no_host, false, false, true},
		{change_port, true, true, false},
		{change_no_uport, true, true, false},
		/* Only the second snapshot counts */
		{change_lock, true, true, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine one, other;

		build(&one);
		build(&other);
		cases[i].change(&other);
		assert_int_equal(
			verdict_same(&(struct verdict_object){.region = &one.regions[0]},
				     &(struct verdict_object){.region = &other.regions[0]}),
			cases[i].region);
		assert_int_equal(
			verdict_same(&(struct verdict_object){.memdev = &one.memdevs[0]},
				     &(struct verdict_object){.memdev = &other.memdevs[0]}),
			cases[i].memdev);
		assert_int_equal(verdict_same(&(struct verdict_object){.port = &one.switches[0]},
					      &(struct verdict_object){.port = &other.switches[0]}),
				 cases[i].port);
	}
}

static void judge_region(const struct machine *m, size_t region, struct verdicts *verdicts)
{
	verdict_judge(&m->answers, OPERATION_DESTROY_REGION, false,
		      &(struct verdict_object){.region = &m->regions[region]},
		      APPEND(verdicts->list, verdicts->count));
}

/* region0 and region1 in the first snapshot, region1 and region2 in the second snapshot */
static void refuses_what_came_or_went(void **state)
{
	static const struct {
		const char *name;
		enum verdict_reason reason;
	} expected[] = {
		{"region1", REASON_NONE},
		{"region2", REASON_CHANGED},
		{"region0", REASON_CHANGED},
	};
	struct verdicts first = {0}, second = {0};
	struct machine before, after;

	(void)state;
	build(&before);
	build(&after);
	for (size_t i = 0; i < 2; i++) {
		judge_region(&before, i, &first);
		judge_region(&after, i + 1, &second);
	}
	assert_false(verdicts_refuse_any(&second));
	verdicts_refuse_changed(&first, &second);
	assert_true(verdicts_refuse_any(&second));
	assert_int_equal(second.count, COUNT(expected));
	for (size_t i = 0; i < second.count; i++) {
		const struct verdict *verdict = verdicts_find(&second, expected[i].name);

		assert_ptr_equal(verdict, &second.list[i]);
		assert_int_equal(verdict->reason, expected[i].reason);
		assert_int_equal(verdict->kind,
				 expected[i].reason ? VERDICT_REFUSED : VERDICT_ALLOWED);
	}
	assert_null(verdicts_find(&second, "region3"));
	verdicts_release(&first);
	verdicts_release(&second);
}

static void refuses_what_changed(void **state)
{
	struct verdicts first = {0}, second = {0};
	struct machine before, after;

	(void)state;
	build(&before);
	build(&after);
	after.regions[1].size++;
	judge_region(&before, 1, &first);
	judge_region(&after, 1, &second);
	verdicts_refuse_changed(&first, &second);
	assert_int_equal(second.count, 1);
	assert_int_equal(second.list[0].kind, VERDICT_REFUSED);
	assert_int_equal(second.list[0].reason, REASON_CHANGED);
	verdicts_release(&first);
	verdicts_release(&second);
}

/* The reason for a refusal can return before cxl-cli acts. */
static void refuses_what_was_refused_before(void **state)
{
	struct verdicts first = {0}, second = {0};
	struct machine before, after;

	(void)state;
	build(&before);
	build(&after);
	judge_region(&before, 1, &first);
	judge_region(&after, 1, &second);
	first.list[0].kind = VERDICT_REFUSED;
	second.list[0].kind = VERDICT_ALLOWED;
	verdicts_refuse_changed(&first, &second);
	assert_int_equal(second.list[0].kind, VERDICT_REFUSED);
	assert_int_equal(second.list[0].reason, REASON_CHANGED);
	verdicts_release(&first);
	verdicts_release(&second);
}

static void attach_one(struct machine *m)
{
	m->states[OTHER].state = ATTACH_ATTACHED;
}
static void make_one_uncertain(struct machine *m)
{
	m->states[OTHER].state = ATTACH_UNKNOWN;
}
static void lock_region(struct machine *m)
{
	m->regions[2].locked = FLAG_YES;
}
static void lock_root_decoder(struct machine *m)
{
	m->root_decoder.locked = FLAG_YES;
}
static void hide_lock(struct machine *m)
{
	m->regions[2].locked = FLAG_UNKNOWN;
}
static void add_unread_region(struct machine *m)
{
	m->snapshot.nr_unread_regions = 1;
}

static void knows_where_all_is_allowed(void **state)
{
	static void (*const changes[])(struct machine *machine) = {
		attach_one,	   make_one_uncertain, lock_region,
		lock_root_decoder, hide_lock,	       add_unread_region,
	};
	struct machine m;

	(void)state;
	build(&m);
	assert_true(verdict_all_allowed(&m.answers));
	for (size_t i = 0; i < COUNT(changes); i++) {
		build(&m);
		changes[i](&m);
		assert_false(verdict_all_allowed(&m.answers));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_every_region),
		cmocka_unit_test(knows_each_owner),
		cmocka_unit_test(judges_every_loss),
		cmocka_unit_test(ends_on_cyclic_parents),
		cmocka_unit_test(refuses_what_is_unreadable),
		cmocka_unit_test(refuses_where_the_endpoint_is_unknown),
		cmocka_unit_test(knows_what_is_the_same),
		cmocka_unit_test(refuses_what_came_or_went),
		cmocka_unit_test(refuses_what_changed),
		cmocka_unit_test(refuses_what_was_refused_before),
		cmocka_unit_test(knows_where_all_is_allowed),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
