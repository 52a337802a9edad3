// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <sched.h>
#include <stddef.h>

#include "util/cpus.h"
#include "util/memory.h"

/* The end of the search for the size of the kernel's set: CONFIG_NR_CPUS is at most 8192. */
#define SIZE_MOST (1 << 20)

static void make(struct cpus *cpus, int size)
{
	cpus->size = size;
	cpus->set = memory_check(CPU_ALLOC((size_t)size));
	CPU_ZERO_S(CPU_ALLOC_SIZE((size_t)size), cpus->set);
}

int cpus_allowed(struct cpus *cpus)
{
	for (int size = CPU_SETSIZE; size <= SIZE_MOST; size *= 2) {
		int error;

		make(cpus, size);
		if (sched_getaffinity(0, CPU_ALLOC_SIZE((size_t)size), cpus->set) == 0)
			return 0;
		error = errno;
		cpus_release(cpus);
		if (error != EINVAL)
			return -error;
	}
	return -EINVAL;
}

void cpus_release(struct cpus *cpus)
{
	CPU_FREE(cpus->set);
	*cpus = (struct cpus){0};
}

int cpus_count(const struct cpus *cpus)
{
	return CPU_COUNT_S(CPU_ALLOC_SIZE((size_t)cpus->size), (const cpu_set_t *)cpus->set);
}

int cpus_last(const struct cpus *cpus)
{
	const cpu_set_t *set = cpus->set;

	for (int i = cpus->size - 1; i >= 0; i--) {
		if (CPU_ISSET_S((size_t)i, CPU_ALLOC_SIZE((size_t)cpus->size), set))
			return i;
	}
	return -ENODEV;
}

int cpus_keep_to(const struct cpus *cpus)
{
	size_t size = CPU_ALLOC_SIZE((size_t)cpus->size);

	if (!cpus->set)
		return -EINVAL;
	return sched_setaffinity(0, size, cpus->set) < 0 ? -errno : 0;
}

int cpus_keep_to_one(int cpu)
{
	struct cpus cpus;
	int rc;

	if (cpu < 0)
		return -EINVAL;
	make(&cpus, cpu + 1);
	CPU_SET_S((size_t)cpu, CPU_ALLOC_SIZE((size_t)cpus.size), (cpu_set_t *)cpus.set);
	rc = cpus_keep_to(&cpus);
	cpus_release(&cpus);
	return rc;
}
