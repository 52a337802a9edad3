// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/model/snapshot.h"
#include "exercise/health.h"
#include "exercise/judge.h"
#include "exercise/outcome.h"
#include "util/clock.h"

/* The command of --check: how it ends, what it prints, and what it receives */

#define LIMIT_US 30000000

static struct snapshot_region region = {.name = "region3"};
static struct snapshot_region *regions[] = {&region};
static const struct snapshot_memdev memdev = {
	.name = "mem7",
	.host = {.name = "0000:11:00.0"},
	.regions = regions,
	.nr_regions = 1,
};

/* A command that was killed and does not end cannot be made here. */
void judge_stuck(struct outcome *outcome, const char *who, pid_t pid, uint64_t limit_us)
{
	(void)outcome;
	(void)pid;
	(void)limit_us;
	fail_msg("%s is stuck", who);
}

static void check(const char *command, uint64_t limit_us, const char *signature, const char *detail)
{
	struct outcome outcome = {0};

	assert_int_equal(health_check(command, &memdev, limit_us, &outcome), 0);
	assert_int_equal(outcome.nr_findings, signature ? 1 : 0);
	if (signature) {
		assert_string_equal(outcome.findings[0].kind, "health");
		assert_string_equal(outcome.findings[0].signature, signature);
		assert_string_equal(outcome.findings[0].detail, detail);
	}
	assert_false(outcome.stop);
	outcome_release(&outcome);
}

static void how_it_ends_is_judged(void **state)
{
	(void)state;
	check(NULL, LIMIT_US, NULL, NULL);
	check("true", LIMIT_US, NULL, NULL);
	check("echo well", LIMIT_US, NULL, NULL);
	check("echo lost; exit 3", LIMIT_US, "health exit 3", "lost\n");
	check("echo lost >&2; false", LIMIT_US, "health exit 1", "lost\n");
	check("no-such-command 2>/dev/null", LIMIT_US, "health exit 127", "");
	check("kill -SEGV $$", LIMIT_US, "health signal 11", "");
}

static void names_reach_it_in_its_environment(void **state)
{
	static struct snapshot_region odd = {.name = "$(kill -9 $PPID) `kill -9 $PPID`; exit 5"};

	(void)state;
	check("echo $MEMDEV $HOST $REGION; exit 1", LIMIT_US, "health exit 1",
	      "mem7 0000:11:00.0 region3\n");
	regions[0] = &odd;
	check("echo \"$REGION\"; exit 1", LIMIT_US, "health exit 1",
	      "$(kill -9 $PPID) `kill -9 $PPID`; exit 5\n");
	regions[0] = &region;
}

static void it_has_a_limit(void **state)
{
	uint64_t begun = clock_now();

	(void)state;
	check("echo begun; sleep 600 & sleep 600", 500000, "health timeout", "begun\n");
	check("trap '' TERM INT; while :; do :; done", 200000, "health timeout", "");
	assert_true(clock_now() - begun < LIMIT_US);
}

/*
 * The run also does not wait for processes that the command leaves behind, and its output does not
 * stop it.
 */
static void what_it_prints_has_a_limit(void **state)
{
	struct outcome outcome = {0};
	uint64_t begun = clock_now();

	(void)state;
	check("sleep 60 & true", LIMIT_US, NULL, NULL);
	assert_int_equal(health_check("yes", &memdev, 300000, &outcome), 0);
	assert_string_equal(outcome.findings[0].signature, "health timeout");
	outcome_release(&outcome);
	assert_true(clock_now() - begun < LIMIT_US);
	assert_int_equal(health_check("head -c 300000 /dev/zero | tr '\\0' x; exit 2", &memdev,
				      LIMIT_US, &outcome),
			 0);
	assert_string_equal(outcome.findings[0].signature, "health exit 2");
	assert_int_equal(strlen(outcome.findings[0].detail), 4096);
	outcome_release(&outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_it_ends_is_judged),
		cmocka_unit_test(names_reach_it_in_its_environment),
		cmocka_unit_test(it_has_a_limit),
		cmocka_unit_test(what_it_prints_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
