// SPDX-License-Identifier: LGPL-2.1-only
#include <inttypes.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/verify/checks-detach.h"
#include "attach/verify/checks-handover.h"
#include "util/iomem.h"
#include "util/text.h"

/* By now, another region can have the same name: compare address and size. */
static bool is_still_there(const struct snapshot *after, const struct snapshot_region *region)
{
	const struct snapshot_region *now = snapshot_find_region(after, region->name);

	return now && now->resource == region->resource && now->size == region->size;
}

/* Test whether the region is to be removed, and does not only lose a target */
static bool is_removed(const struct plan *plan, const struct snapshot_region *region)
{
	return changes_have(&plan->changes, CHANGE_REMOVED, region->name);
}

static void check_regions(const struct plan *plan, const struct snapshot *after,
			  struct check *check)
{
	for (size_t i = 0; i < plan->nr_regions; i++) {
		const struct snapshot_region *region = plan->regions[i];

		if (is_removed(plan, region) && is_still_there(after, region))
			check_note(check, CHECK_FAILED, "%s is still there", region->name);
	}
}

static void check_endpoints(const struct plan *plan, const struct snapshot *after,
			    struct check *check)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_port *endpoint = plan->memdevs[i]->endpoint;

		if (!endpoint)
			continue;
		if (snapshot_find_port(after, endpoint->name))
			check_note(check, CHECK_FAILED, "%s is still there", endpoint->name);
		for (size_t j = 0; j < endpoint->nr_decoders; j++) {
			if (snapshot_find_decoder(after, endpoint->decoders[j]->name))
				check_note(check, CHECK_FAILED, "%s is still there",
					   endpoint->decoders[j]->name);
		}
	}
}

static void check_memdevs(const struct plan *plan, const struct snapshot *after,
			  struct check *check)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = plan->memdevs[i];
		const struct snapshot_memdev *now = snapshot_find_memdev(after, memdev->name);

		if (now && streq(now->host.name, memdev->host.name))
			check_note(check, CHECK_FAILED, "%s is still there", memdev->name);
	}
}

static void check_providers(const struct plan *plan, const struct observation *after,
			    struct check *check)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_host *host = &plan->memdevs[i]->host;
		const char *driver = after->drivers[i];

		if (driver && streq(driver, host->driver))
			check_note(check, CHECK_FAILED, "%s is still bound to %s", host->name,
				   driver);
	}
}

static const struct iomem_range *find_range(const struct iomem *iomem,
					    const struct snapshot_region *region)
{
	for (size_t i = 0; i < iomem->count; i++) {
		const struct iomem_range *range = &iomem->ranges[i];

		if (!range->mapping && range->start == region->resource &&
		    strcmp(range->owner, region->name) == 0)
			return range;
	}
	return NULL;
}

/* Check what is in the region's range, at the region's depth or deeper, and mappings of it */
static void check_range(const struct snapshot_region *region, int depth, const struct iomem *after,
			struct check *check)
{
	for (size_t i = 0; i < after->count; i++) {
		const struct iomem_range *range = &after->ranges[i];

		if ((range->mapping || range->depth >= depth) && range->start >= region->resource &&
		    range->end - region->resource < region->size)
			check_note(check, CHECK_FAILED, "%" PRIx64 "-%" PRIx64 " of %s %s %s",
				   range->start, range->end, region->name,
				   range->mapping ? "is still mapped, by" : "still belongs to",
				   range->owner);
	}
}

static void check_iomem(const struct plan *plan, const struct observation *before,
			const struct observation *after, struct check *check)
{
	for (size_t i = 0; i < plan->nr_regions; i++) {
		const struct snapshot_region *region = plan->regions[i];
		const struct iomem_range *range =
			before->iomem ? find_range(before->iomem, region) : NULL;

		/* If the region itself still exists, its own check reports it. */
		if (!is_removed(plan, region) || is_still_there(after->snapshot, region))
			continue;
		if (!before->iomem || !after->iomem)
			check_note(check, CHECK_NOT_CHECKED, "/proc/iomem cannot be read");
		else if (range)
			check_range(region, range->depth, after->iomem, check);
	}
}

static void check_decoders(const struct plan *plan, const struct snapshot *after,
			   struct check *check)
{
	for (size_t i = 0; i < after->nr_decoders; i++) {
		const struct snapshot_decoder *decoder = &after->decoders[i];

		if (decoder->region_name && !decoder->region &&
		    changes_have(&plan->changes, CHANGE_REMOVED, decoder->region_name))
			check_note(check, CHECK_FAILED, "%s still names %s", decoder->name,
				   decoder->region_name);
	}
}

/* Test for a change of a region, endpoint or memdev, which have their own checks */
static bool has_own_check(const struct plan *plan, const struct change *change)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_port *endpoint = plan->memdevs[i]->endpoint;

		if (strcmp(plan->memdevs[i]->name, change->name) == 0 ||
		    (endpoint && strcmp(endpoint->name, change->name) == 0))
			return true;
		for (size_t j = 0; endpoint && j < endpoint->nr_decoders; j++) {
			if (strcmp(endpoint->decoders[j]->name, change->name) == 0)
				return true;
		}
	}
	for (size_t i = 0; i < plan->nr_regions; i++) {
		if (is_removed(plan, plan->regions[i]) &&
		    strcmp(plan->regions[i]->name, change->name) == 0)
			return true;
	}
	return false;
}

static void check_rest(const struct plan *plan, const struct snapshot *before,
		       const struct snapshot *after, struct check *check)
{
	struct changes seen, more, less;

	changes_find(before, after, &seen);
	changes_minus(&seen, &plan->changes, &more);
	changes_minus(&plan->changes, &seen, &less);
	for (size_t i = 0; i < more.count; i++) {
		if (!has_own_check(plan, &more.list[i]))
			check_note(check, CHECK_FAILED, "%s was %s", more.list[i].name,
				   change_kind_name(more.list[i].kind));
	}
	for (size_t i = 0; i < less.count; i++) {
		if (!has_own_check(plan, &less.list[i]))
			check_note(check, CHECK_FAILED, "%s was not %s", less.list[i].name,
				   change_kind_name(less.list[i].kind));
	}
	changes_release(&seen);
	changes_release(&more);
	changes_release(&less);
}

void checks_of_detach(const struct plan *plan, const struct observation *before,
		      const struct observation *after, const struct observation *handed,
		      const struct observed *observed, struct checks *checks)
{
	static const char *const names[] = {
		"region-gone",	      "endpoint-gone",	   "memdev-gone", "provider-unbound",
		"addresses-released", "decoders-released", "nothing-else"};
	enum { REGION, ENDPOINT, MEMDEV, PROVIDER, ADDRESSES, DECODERS, REST, COUNT };

	checks_begin(checks, names, COUNT);
	if (!after) {
		checks_skip_all(checks, "nothing could be observed afterwards");
	} else {
		checks_assume_passed(checks);
		check_regions(plan, after->snapshot, &checks->list[REGION]);
		check_endpoints(plan, after->snapshot, &checks->list[ENDPOINT]);
		check_memdevs(plan, after->snapshot, &checks->list[MEMDEV]);
		check_providers(plan, after, &checks->list[PROVIDER]);
		check_iomem(plan, before, after, &checks->list[ADDRESSES]);
		check_decoders(plan, after->snapshot, &checks->list[DECODERS]);
		check_rest(plan, before->snapshot, after->snapshot, &checks->list[REST]);
	}
	if (plan->hand_to)
		checks_add_handover(plan, after, handed, checks);
	checks_add_log(checks, observed);
}

bool detach_exposure(const struct plan *plan, const struct observed *observed, uint64_t *us)
{
	*us = 0;
	if (plan_excludes_exposure(plan->method))
		return true;
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = plan->memdevs[i];
		const struct observed_event *unbound =
			observed_find(observed, "unbind", memdev->host.name);

		for (size_t j = 0; j < memdev->nr_regions; j++) {
			const struct observed_event *gone =
				observed_find(observed, "remove", memdev->regions[j]->name);

			if (!gone || !unbound)
				return false;
			if (unbound->us > gone->us && unbound->us - gone->us > *us)
				*us = unbound->us - gone->us;
		}
	}
	return !observed->lost_events;
}
