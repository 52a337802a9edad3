// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "cxl/attach/provider.h"
#include "cxl/attach/snapshot.h"

/* What the signals say, before they are weighed */
struct weights {
	bool accelerator; /* the memdev has no class attributes */
	bool attach_lock; /* a region of it is locked, and no decoder is why */
	bool free_region; /* a region of it is not locked, which no attach leaves so */
};

static void add_evidence(struct attach_answer *answer, const char *signal, const char *device,
			 const char *attribute, const char *said)
{
	answer->evidence[answer->nr_evidence++] = (struct attach_evidence){
		.signal = signal, .device = device, .attribute = attribute, .said = said};
}

static void weigh_memdev(const struct snapshot_memdev *memdev, struct attach_answer *answer,
			 struct weights *weights)
{
	weights->accelerator = memdev->class_attributes == FLAG_NO;
	if (weights->accelerator)
		add_evidence(answer, "no-class-attributes", memdev->name, "firmware_version",
			     "absent");
	else if (memdev->class_attributes == FLAG_YES)
		add_evidence(answer, "class-attributes", memdev->name, "firmware_version",
			     "present");
}

static void weigh_region(const struct snapshot_region *region, struct attach_answer *answer,
			 struct weights *weights)
{
	switch (region->locked) {
	case FLAG_YES:
		if (region->decoder_locked) {
			add_evidence(answer, "region-locked-by-decoder", region->name, "locked",
				     "1");
			break;
		}
		add_evidence(answer, "region-locked", region->name, "locked", "1");
		weights->attach_lock = true;
		break;
	case FLAG_NO:
		add_evidence(answer, "region-not-locked", region->name, "locked", "0");
		weights->free_region = true;
		break;
	case FLAG_UNKNOWN:
		break;
	}
}

/*
 * An attached memdev is always bound to cxl_mem, and its host to the provider: when either goes,
 * the kernel unregisters the memdev (cxl_memdev_attach_failed() and detach_memdev() in
 * drivers/cxl/core/memdev.c). Where both hold, the lock of a region decides, because nothing but
 * an attach locks a region that no decoder locks (cxl_region_setup_flags()); that the device is
 * no class device decides where no region speaks.
 */
static enum attach_state decide(const struct snapshot_memdev *memdev, const struct weights *weights)
{
	if (!memdev->enabled || !memdev->host_driver)
		return ATTACH_NONE;
	if (weights->free_region && (weights->accelerator || weights->attach_lock))
		return ATTACH_UNKNOWN;
	if (weights->accelerator || weights->attach_lock)
		return ATTACH_ATTACHED;
	return ATTACH_NONE;
}

int attach_infer(const struct snapshot_memdev *memdev, struct attach_answer *answer)
{
	struct weights weights = {0};

	/* One piece of evidence from the memdev, one from each region */
	*answer = (struct attach_answer){
		.evidence = calloc(memdev->nr_regions + 1, sizeof(*answer->evidence))};
	if (!answer->evidence)
		return -ENOMEM;
	weigh_memdev(memdev, answer, &weights);
	for (size_t i = 0; i < memdev->nr_regions; i++)
		weigh_region(memdev->regions[i], answer, &weights);
	answer->state = decide(memdev, &weights);
	return 0;
}

void attach_answer_release(struct attach_answer *answer)
{
	free(answer->evidence);
	*answer = (struct attach_answer){0};
}

const char *attach_state_name(enum attach_state state)
{
	switch (state) {
	case ATTACH_NONE:
		return "none";
	case ATTACH_UNKNOWN:
		return "unknown";
	case ATTACH_ATTACHED:
		return "attached";
	}
	return "unknown";
}
