// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/lock.h"
#include "util/memory.h"

static void find_owners(const struct attach_answers *answers, const struct snapshot_region *region,
			struct lock_answer *lock)
{
	for (size_t i = 0; i < region->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = region->memdevs[i];

		if (attach_of_memdev(answers, memdev)->state == ATTACH_ATTACHED)
			*APPEND(lock->owners, lock->nr_owners) = memdev;
	}
}

/*
 * An emulated decoder is the only one, below a root: a device with real decoders has more than one.
 */
static bool is_emulated(const struct snapshot_decoder *decoder)
{
	const struct snapshot_port *port = decoder->port;

	return port && port->kind == PORT_ENDPOINT && port->nr_decoders == 1 && port->parent &&
	       port->parent->kind == PORT_ROOT;
}

static bool are_emulated(const struct lock_answer *lock)
{
	for (size_t i = 0; i < lock->nr_decoders; i++) {
		if (!is_emulated(lock->decoders[i]))
			return false;
	}
	return lock->nr_decoders > 0;
}

static void find_decoder(const struct snapshot_decoder *decoder, struct lock_answer *lock)
{
	if (decoder && decoder->locked == FLAG_YES)
		*APPEND(lock->decoders, lock->nr_decoders) = decoder;
}

static enum lock_reason decide(const struct snapshot_region *region, const struct lock_answer *lock)
{
	if (region->locked == FLAG_NO)
		return LOCK_NONE;
	if (lock->nr_owners > 0)
		return lock->nr_decoders > 0 && !are_emulated(lock) ? LOCK_BOTH : LOCK_ATTACH;
	if (are_emulated(lock))
		return LOCK_EMULATED;
	if (lock->nr_decoders > 0)
		return LOCK_FIRMWARE;
	return region->locked == FLAG_YES ? LOCK_UNKNOWN : LOCK_NONE;
}

void lock_infer(const struct attach_answers *answers, const struct snapshot_region *region,
		struct lock_answer *lock)
{
	*lock = (struct lock_answer){.told_by_region = region->locked != FLAG_UNKNOWN};
	find_owners(answers, region, lock);
	find_decoder(region->root_decoder, lock);
	for (size_t i = 0; i < region->nr_decoders; i++)
		find_decoder(region->decoders[i], lock);
	lock->reason = decide(region, lock);
}

void lock_answer_release(struct lock_answer *lock)
{
	free(lock->owners);
	free(lock->decoders);
	*lock = (struct lock_answer){0};
}

const char *lock_reason_name(enum lock_reason reason)
{
	static const char *const names[] = {
		[LOCK_NONE] = "none",	      [LOCK_UNKNOWN] = "unknown",
		[LOCK_ATTACH] = "attach",     [LOCK_EMULATED] = "emulated",
		[LOCK_FIRMWARE] = "firmware", [LOCK_BOTH] = "both",
	};

	return names[reason];
}
