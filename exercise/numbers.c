// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "exercise/numbers.h"
#include "exercise/outcome.h"
#include "util/memory.h"

/*
 * The numbers in use that exceed the number of devices. Each root decoder reserves one for its next
 * region, and all kinds of ports share their numbers. Memdevs have no such spare numbers.
 */
#define NUMBERS_SPARE 4

/* "endpoint3": 3 */
static uint64_t number_in(const char *name)
{
	return strtoull(name + strcspn(name, "0123456789"), NULL, 10);
}

static void include(uint64_t *highest, const char *name)
{
	uint64_t number = number_in(name);

	if (number > *highest)
		*highest = number;
}

void numbers_find(const struct snapshot *snapshot, struct numbers *numbers)
{
	*numbers = (struct numbers){0};
	for (size_t i = 0; i < snapshot->nr_ports; i++)
		include(&numbers->highest[NUMBER_PORT], snapshot->ports[i].name);
	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		include(&numbers->highest[NUMBER_MEMDEV], snapshot->memdevs[i].name);
	for (size_t i = 0; i < snapshot->nr_regions; i++)
		include(&numbers->highest[NUMBER_REGION], snapshot->regions[i].name);
}

void numbers_limit(const struct snapshot *snapshot, struct numbers *limit)
{
	numbers_find(snapshot, limit);
	limit->highest[NUMBER_PORT] += snapshot->nr_ports + NUMBERS_SPARE;
	limit->highest[NUMBER_REGION] += snapshot->nr_regions + NUMBERS_SPARE;
}

bool numbers_exceed(const struct numbers *numbers, const struct numbers *limit)
{
	for (int i = 0; i < NR_NUMBER_KINDS; i++) {
		if (numbers->highest[i] > limit->highest[i])
			return true;
	}
	return false;
}

void numbers_note(const struct numbers *numbers, const struct numbers *limit,
		  struct outcome *outcome)
{
	static const char *const kinds[NR_NUMBER_KINDS] = {
		[NUMBER_PORT] = "port",
		[NUMBER_MEMDEV] = "memdev",
		[NUMBER_REGION] = "region",
	};

	for (int i = 0; i < NR_NUMBER_KINDS; i++) {
		if (numbers->highest[i] > limit->highest[i])
			outcome_note(outcome, "leak", xasprintf("leak of a %s", kinds[i]),
				     xasprintf("the highest number of a %s is %ju: the kernel has "
					       "not released lower ones",
					       kinds[i], (uintmax_t)numbers->highest[i]));
	}
}
