// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processors that a process may run on, on a machine with thousands of them, some of which are
 * offline. The system calls are wrapped (the linker's --wrap).
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "attach/act/worker.h"
#include "exercise/cpu-hog.h"
#include "util/clock.h"
#include "util/cpus.h"

static size_t kernel_bytes; /* the size of the kernel's own set: a smaller set is refused */
static const int *allowed;  /* ended by -1 */
static int kept_to; /* the processor that was set last, if it was a single one; otherwise -1 */

int __wrap_sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set);
int __wrap_sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	(void)pid;
	if (size < kernel_bytes) {
		errno = EINVAL;
		return -1;
	}
	CPU_ZERO_S(size, set);
	for (const int *cpu = allowed; *cpu >= 0; cpu++)
		CPU_SET_S((size_t)*cpu, size, set);
	return 0;
}

int __wrap_sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set);
int __wrap_sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
	(void)pid;
	kept_to = -1;
	for (size_t i = 0; CPU_COUNT_S(size, set) == 1 && i < size * 8; i++) {
		if (CPU_ISSET_S(i, size, set))
			kept_to = (int)i;
	}
	return 0;
}

int __wrap_sched_setscheduler(pid_t pid, int policy, const struct sched_param *param);
int __wrap_sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
	(void)pid;
	(void)policy;
	(void)param;
	return 0;
}

static void finds_them_on_any_machine(void **state)
{
	static const struct {
		size_t kernel_bytes;
		int cpus[8];
		int count, last;
	} cases[] = {
		{8, {0, -1}, 1, 0},
		{8, {0, 1, 2, 3, -1}, 4, 3},
		/* Offline, or not in the cpuset: holes in the middle, but not at the ends */
		{128, {2, 3, 700, -1}, 3, 700},
		{512, {0, 1023, 1024, 3000, -1}, 4, 3000},
		{1024, {8191, -1}, 1, 8191},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cpus cpus;
		struct cpu_hog hog;

		kernel_bytes = cases[i].kernel_bytes;
		allowed = cases[i].cpus;
		assert_int_equal(cpus_allowed(&cpus), 0);
		assert_int_equal(cpus_count(&cpus), cases[i].count);
		assert_int_equal(cpus_last(&cpus), cases[i].last);
		assert_int_equal(cpus_keep_to(&cpus), 0);
		cpus_release(&cpus);
		assert_int_equal(worker_cpu(), cases[i].last);
		assert_int_equal(cpus_keep_to_one(cases[i].last), 0);
		assert_int_equal(kept_to, cases[i].last);
		cpu_hog_start(&hog, clock_now() + 1000000);
		assert_int_equal(hog.count, cases[i].count);
		cpu_hog_end(&hog);
	}
}

static void says_that_it_cannot_find_them(void **state)
{
	static const int none[] = {-1};
	struct cpus cpus;

	(void)state;
	kernel_bytes = SIZE_MAX;
	allowed = none;
	assert_int_equal(cpus_allowed(&cpus), -EINVAL);
	assert_int_equal(cpus_keep_to(&cpus), -EINVAL);
	assert_int_equal(worker_cpu(), -EINVAL);
	kernel_bytes = 8;
	assert_int_equal(worker_cpu(), -ENODEV);
	assert_int_equal(cpus_keep_to_one(-1), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_them_on_any_machine),
		cmocka_unit_test(says_that_it_cannot_find_them),
	};

	return cmocka_run_group_tests_name("cpus", tests, NULL, NULL);
}
