/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_CPUS_H
#define UTIL_CPUS_H

/*
 * The processors that this process may run on: those that are online and that its affinity and its
 * cgroup's cpuset have. A machine can have more of them than a cpu_set_t (1024), and the kernel
 * refuses a set that is smaller than its own (sched_getaffinity(2)).
 */
struct cpus {
	void *set; /* of CPU_ALLOC(3) */
	int size;  /* so many processors fit into it */
};

/** cpus_allowed() - those of this process; 0, or a negative errno; released with cpus_release() */
int cpus_allowed(struct cpus *cpus);
void cpus_release(struct cpus *cpus);

/** cpus_count() - how many there are in the set */
int cpus_count(const struct cpus *cpus);

/** cpus_last() - the one with the highest number; -ENODEV if the set is empty */
int cpus_last(const struct cpus *cpus);

/** cpus_keep_to() - let this process run on these only; 0 or a negative errno */
int cpus_keep_to(const struct cpus *cpus);

/** cpus_keep_to_one() - let it run on that one only; 0 or a negative errno */
int cpus_keep_to_one(int cpu);

#endif
