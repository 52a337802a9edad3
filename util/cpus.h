/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_CPUS_H
#define UTIL_CPUS_H

/*
 * The processors that this process may run on: those that are online and that its affinity and its
 * cgroup's cpuset contain. A machine can have more processors than fit into a cpu_set_t (1024). The
 * kernel refuses a set that is smaller than its own (sched_getaffinity(2)).
 */
struct cpus {
	void *set; /* allocated by CPU_ALLOC(3) */
	int size;  /* the number of processors that fit into @set */
};

/**
 * cpus_allowed() - get the processors of this process
 *
 * Return: 0, or a negative errno. The caller releases @cpus with cpus_release().
 */
int cpus_allowed(struct cpus *cpus);
void cpus_release(struct cpus *cpus);

/** cpus_count() - return the number of processors in the set */
int cpus_count(const struct cpus *cpus);

/** cpus_last() - return the highest processor number in the set; -ENODEV if the set is empty */
int cpus_last(const struct cpus *cpus);

/** cpus_keep_to() - restrict this process to the processors in the set; 0 or a negative errno */
int cpus_keep_to(const struct cpus *cpus);

/** cpus_keep_to_one() - restrict this process to the processor @cpu; 0 or a negative errno */
int cpus_keep_to_one(int cpu);

#endif
