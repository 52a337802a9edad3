// SPDX-License-Identifier: LGPL-2.1-only
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/param.h>

#include "util/cpus.h"
#include "util/threads.h"

struct jobs {
	void (*job)(size_t number, void *data);
	void *data;
	size_t count;
	atomic_size_t next;
};

static size_t processors(void)
{
	struct cpus cpus;
	int count;

	if (cpus_allowed(&cpus) < 0)
		return 1;
	count = cpus_count(&cpus);
	cpus_release(&cpus);
	return count > 0 ? (size_t)count : 1;
}

size_t threads_for(size_t work, size_t least)
{
	size_t most = MIN(work / least, THREADS_MAX);

#ifdef TEST_POINTS
	/* Tests need threads on small machines, and on machines with one processor. */
	const char *wanted = getenv("TEST_THREADS");

	if (wanted)
		return MAX(MIN((size_t)atoi(wanted), work), 1);
#endif
	return most < 2 ? 1 : MIN(most, processors());
}

static void *run_jobs(void *argument)
{
	struct jobs *jobs = argument;
	size_t number;

	while ((number = atomic_fetch_add(&jobs->next, 1)) < jobs->count)
		jobs->job(number, jobs->data);
	return NULL;
}

void threads_run(size_t threads, size_t count, void (*job)(size_t number, void *data), void *data)
{
	struct jobs jobs = {.job = job, .data = data, .count = count};
	pthread_t others[THREADS_MAX];
	size_t started = 0;

	while (started + 1 < MIN(threads, THREADS_MAX) &&
	       pthread_create(&others[started], NULL, run_jobs, &jobs) == 0)
		started++;
	run_jobs(&jobs);
	for (size_t i = 0; i < started; i++)
		pthread_join(others[i], NULL);
}
