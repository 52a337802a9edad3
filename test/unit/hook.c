// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/hook.h"
#include "attach/model/plan.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/hooks.h"
#include "attach/reason/plan.h"
#include "test/unit/small-machine.h"
#include "util/memory.h"

static void names(void **state)
{
	static const char *const valid[] = {"a", "Z", "0", "_", "-", "10-stop_it", "README"};
	static const char *const invalid[] = {
		"",    ".",   "..",	  "a.sh",	   "a~", "#a#", "a b",
		"a\n", "a/b", "\303\244", "10-a.dpkg-new",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(*valid); i++)
		assert_true(hook_name_is_valid(valid[i]));
	for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++)
		assert_false(hook_name_is_valid(invalid[i]));
}

#define GOOD .is_file = true, .is_executable = true, .is_of_root = true

static void problems(void **state)
{
	static const struct {
		struct hook hook;
		const char *problem, *as_directory;
	} cases[] = {
		{{GOOD}, NULL, NULL},
		{{.is_file = true, .is_of_root = true}, "not executable", NULL},
		{{.is_executable = true, .is_of_root = true}, "not a file", NULL},
		{{.is_file = true, .is_executable = true},
		 "not owned by root",
		 "not owned by root"},
		{{GOOD, .is_writable_by_others = true},
		 "writable by others than its owner",
		 "writable by others than its owner"},
		{{GOOD, .error = -ELOOP},
		 "Too many levels of symbolic links",
		 "Too many levels of symbolic links"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hooks hooks = {.has_directory = true, .directory = cases[i].hook};
		const char *problem = hook_problem(&cases[i].hook);
		const char *of_directory = hook_directory_problem(&hooks);

		assert_string_equal(problem ?: "none", cases[i].problem ?: "none");
		assert_string_equal(of_directory ?: "none", cases[i].as_directory ?: "none");
	}
	assert_null(hook_directory_problem(&(struct hooks){0}));
}

static char a[] = "a", b[] = "b", c[] = "c";
static struct hook three[] = {{.name = a}, {.name = b}, {.name = c}};

/* Return the names of the hooks that a phase calls */
static const char *called(const struct hooks *hooks, enum hook_phase phase, char *text)
{
	*text = '\0';
	for (size_t i = 0; i < hooks->count; i++) {
		const struct hook *hook = hook_at(hooks, phase, i);

		if (hook_is_called(hooks, phase, hook))
			strcat(text, hook->name);
	}
	return text;
}

static void order(void **state)
{
	static const struct hooks hooks = {.list = three, .count = 3};
	char text[4];

	(void)state;
	assert_string_equal(called(&hooks, HOOK_PRE_DETACH, text), "abc");
	assert_string_equal(called(&hooks, HOOK_POST_DETACH, text), "cba");
	assert_string_equal(called(&hooks, HOOK_PRE_ATTACH, text), "abc");
	assert_string_equal(called(&hooks, HOOK_POST_ATTACH, text), "cba");
	/* None of them has been called before. */
	assert_string_equal(called(&hooks, HOOK_CANCEL_DETACH, text), "");
	assert_string_equal(called(&hooks, HOOK_CANCEL_ATTACH, text), "");
}

/* A hook that ended by itself, and refused, is not canceled; a hook that was killed is canceled. */
static void cancel(void **state)
{
	static const struct {
		enum hook_end last;
		const char *canceled;
	} cases[] = {
		{HOOK_DONE, "cba"},	 {HOOK_FAILED, "ba"},	    {HOOK_KILLED, "cba"},
		{HOOK_TIMED_OUT, "cba"}, {HOOK_INTERRUPTED, "cba"}, {HOOK_NOT_RUN, "ba"},
	};
	char text[4];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hook_result results[] = {
			{.hook = "a", .phase = HOOK_PRE_DETACH, .end = HOOK_DONE},
			{.hook = "b", .phase = HOOK_PRE_DETACH, .end = HOOK_DONE},
			{.hook = "c", .phase = HOOK_PRE_DETACH, .end = cases[i].last},
		};
		struct hooks hooks = {
			.list = three, .count = 3, .results = results, .nr_results = 3};

		assert_string_equal(called(&hooks, HOOK_CANCEL_DETACH, text), cases[i].canceled);
		assert_string_equal(called(&hooks, HOOK_CANCEL_ATTACH, text), "");
		hooks.nr_results = 1;
		assert_string_equal(called(&hooks, HOOK_CANCEL_DETACH, text), "a");
	}
}

static void only_users_can_be_helped(void **state)
{
	static const struct snapshot_user user;
	struct plan_excess excess[] = {
		{.kind = "open", .name = "mem0", .user = &user},
		{.kind = "memdev", .name = "mem1"},
	};
	struct plan plan = {.excess = excess};

	(void)state;
	assert_true(plan_can_be_helped(&plan));
	plan.nr_excess = 1;
	assert_true(plan_can_be_helped(&plan));
	plan.nr_excess = 2;
	assert_false(plan_can_be_helped(&plan));
}

static void make(const struct attach_answers *answers, enum detach_method method, struct plan *plan)
{
	const struct snapshot_memdev *named[] = {
		snapshot_find_memdev((struct snapshot *)answers->snapshot, "mem0")};

	assert_null(plan_make(answers, named, 1, method, NULL, plan));
}

static void what_hooks_were_not_told(void **state)
{
	static const struct {
		enum detach_method told, now;
		const char *beyond;
	} cases[] = {
		{METHOD_HOST, METHOD_HOST, NULL},  {METHOD_HOST, METHOD_PORT, "mem1"},
		{METHOD_PORT, METHOD_HOST, NULL},  {METHOD_PORT, METHOD_BUS, "mem2"},
		{METHOD_BUS, METHOD_MODULE, NULL}, {METHOD_HOST, METHOD_MODULE, "mem1"},
	};
	struct snapshot snapshot;
	struct attach_answers answers;

	(void)state;
	small_machine(&snapshot, (const char *const[]){NULL});
	attach_infer(&snapshot, &answers);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct plan told, now;
		const char *beyond;

		make(&answers, cases[i].told, &told);
		make(&answers, cases[i].now, &now);
		beyond = plan_beyond(&told, &now);
		assert_string_equal(beyond ?: "none", cases[i].beyond ?: "none");
		plan_release(&told);
		plan_release(&now);
	}
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
}

/* Even if another host's memdev now has its number */
static void a_memdev_is_its_host(void **state)
{
	struct snapshot_memdev here = {.name = "mem0", .host.name = "0000:11:00.0"};
	struct snapshot_memdev elsewhere = {.name = "mem0", .host.name = "0000:21:00.0"};
	struct snapshot_memdev renamed = {.name = "mem7", .host.name = "0000:11:00.0"};
	struct snapshot_region region = {.name = "region5"};
	const struct snapshot_memdev *memdevs[] = {&here}, *others[] = {&elsewhere};
	const struct snapshot_memdev *same[] = {&renamed};
	const struct snapshot_region *regions[] = {&region};
	const char *hosts[] = {"0000:41:00.0"};
	struct plan told = {.memdevs = memdevs, .nr_memdevs = 1};
	struct plan now = {.memdevs = others, .nr_memdevs = 1};

	(void)state;
	assert_string_equal(plan_beyond(&told, &now), "mem0");
	now.memdevs = same;
	assert_null(plan_beyond(&told, &now));
	now.regions = regions;
	now.nr_regions = 1;
	assert_string_equal(plan_beyond(&told, &now), "region5");
	now.hosts = hosts;
	now.nr_hosts = 1;
	assert_string_equal(plan_beyond(&told, &now), "0000:41:00.0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(problems),
		cmocka_unit_test(order),
		cmocka_unit_test(cancel),
		cmocka_unit_test(only_users_can_be_helped),
		cmocka_unit_test(what_hooks_were_not_told),
		cmocka_unit_test(a_memdev_is_its_host),
	};

	return cmocka_run_group_tests_name("hook", tests, NULL, NULL);
}
