// SPDX-License-Identifier: LGPL-2.1-only
#include <inttypes.h>
#include <stdlib.h>

#include "attach/model/expected.h"
#include "attach/model/plan.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/handover.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/size.h"
#include "util/text.h"

/* The memdev of a class driver also takes part in regions, but no driver owns these. */
static bool owns_region(const struct snapshot *snapshot, const struct snapshot_memdev *memdev)
{
	struct attach_answers answers;
	bool attached;

	attach_infer(snapshot, &answers);
	attached = attach_of_memdev(&answers, memdev)->state != ATTACH_NONE;
	attach_answers_release(&answers);
	return attached && memdev->nr_regions > 0;
}

static enum handover_result result_of(const struct plan *plan, const struct handover *handover,
				      const struct snapshot *now)
{
	if (!handover->driver)
		return HANDOVER_NO_DRIVER;
	if (streq(handover->driver, handover->host->driver))
		return HANDOVER_PROVIDER;
	if (!streq(handover->driver, plan->hand_to))
		return HANDOVER_OTHER;
	if (!handover->memdev)
		return HANDOVER_FREE;
	return owns_region(now, handover->memdev) ? HANDOVER_OWNED : HANDOVER_MEMDEV;
}

struct handover handover_of(const struct plan *plan, size_t index, const struct observation *now)
{
	const struct snapshot_memdev *before = plan->memdevs[index];
	struct handover handover = {
		.host = &before->host,
		.driver = now->drivers[index],
		.before = before,
		.memdev = snapshot_memdev_of(now->snapshot, before->host.name),
	};

	handover.result = result_of(plan, &handover, now->snapshot);
	return handover;
}

const char *handover_result_name(enum handover_result result)
{
	static const char *const names[] = {
		[HANDOVER_FREE] = "free",	    [HANDOVER_MEMDEV] = "memdev",
		[HANDOVER_OWNED] = "owned",	    [HANDOVER_PROVIDER] = "provider",
		[HANDOVER_NO_DRIVER] = "no-driver", [HANDOVER_OTHER] = "other",
	};

	return names[result];
}

bool handover_keeps_address(const struct handover *handover, const struct snapshot_region *region)
{
	for (size_t i = 0; i < handover->before->nr_regions; i++) {
		const struct snapshot_region *before = handover->before->regions[i];

		if (before->resource == region->resource && before->size == region->size)
			return true;
	}
	return false;
}

/* Return "region0 (256.00 MiB at 0x390000000, as before), region1 (...)"; the caller frees it */
static char *regions_text(const struct handover *handover)
{
	char *text = xasprintf("%s", "");

	for (size_t i = 0; i < handover->memdev->nr_regions; i++) {
		const struct snapshot_region *region = handover->memdev->regions[i];
		_cleanup_free_ char *before = text;
		_cleanup_free_ char *size = size_text(region->size, SIZE_UNIT);

		text = xasprintf("%s%s%s (%s at 0x%" PRIx64 ", %s)", before, i > 0 ? ", " : "",
				 region->name, size, region->resource,
				 handover_keeps_address(handover, region) ? "as before"
									  : "not as before");
	}
	return text;
}

char *handover_text(const struct handover *handover)
{
	const char *host = handover->host->name, *driver = handover->driver;
	_cleanup_free_ char *regions = NULL;

	switch (handover->result) {
	case HANDOVER_OWNED:
		regions = regions_text(handover);
		return xasprintf("%s: handed over: %s now owns %s", host, driver, regions);
	case HANDOVER_MEMDEV:
		return xasprintf("%s: handed over: %s has registered %s, and owns no region", host,
				 driver, handover->memdev->name);
	case HANDOVER_FREE:
		return xasprintf("%s: handed over: %s has it, and no CXL memory is attached", host,
				 driver);
	case HANDOVER_PROVIDER:
		return xasprintf("%s: not handed over: its provider %s has it", host, driver);
	case HANDOVER_OTHER:
		return xasprintf("%s: not handed over: %s has it", host, driver);
	case HANDOVER_NO_DRIVER:
		break;
	}
	return xasprintf("%s: not handed over: no driver has it", host);
}
