// SPDX-License-Identifier: LGPL-2.1-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/verify/checks.h"
#include "util/cleanup.h"
#include "util/iomem.h"
#include "util/memory.h"
#include "util/text.h"

static struct check *add_check(struct checks *checks, const char *name)
{
	struct check *check = APPEND(checks->list, checks->count);

	check->name = name;
	return check;
}

/* One more reason; the first one decides between broken and not known, unless one is broken. */
static void note(struct check *check, enum check_result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void note(struct check *check, enum check_result result, const char *format, ...)
{
	char *all, text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (check->result != CHECK_FAILED)
		check->result = result;
	all = check->detail ? xasprintf("%s; %s", check->detail, text) : memory_check(strdup(text));
	free(check->detail);
	check->detail = all;
}

/* Another region can have the name by now. */
static bool is_still_there(const struct snapshot *after, const struct snapshot_region *region)
{
	const struct snapshot_region *now = snapshot_find_region(after, region->name);

	return now && now->resource == region->resource && now->size == region->size;
}

/* The regions that are to be removed, not those that only lose something */
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
			note(check, CHECK_FAILED, "%s is still there", region->name);
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
			note(check, CHECK_FAILED, "%s is still there", endpoint->name);
		for (size_t j = 0; j < endpoint->nr_decoders; j++) {
			if (snapshot_find_decoder(after, endpoint->decoders[j]->name))
				note(check, CHECK_FAILED, "%s is still there",
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
			note(check, CHECK_FAILED, "%s is still there", memdev->name);
	}
}

static void check_providers(const struct plan *plan, const struct observation *after,
			    struct check *check)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_host *host = &plan->memdevs[i]->host;
		const char *driver = after->drivers[i];

		if (plan->hand_to && !streq(driver, plan->hand_to))
			note(check, CHECK_FAILED, "%s has %s, not %s", host->name,
			     driver ?: "no driver", plan->hand_to);
		else if (!plan->hand_to && driver && streq(driver, host->driver))
			note(check, CHECK_FAILED, "%s is still bound to %s", host->name, driver);
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

/* Whatever lies in the region's range, at the region's depth or deeper, and mappings of it */
static void check_range(const struct snapshot_region *region, int depth, const struct iomem *after,
			struct check *check)
{
	for (size_t i = 0; i < after->count; i++) {
		const struct iomem_range *range = &after->ranges[i];

		if ((range->mapping || range->depth >= depth) && range->start >= region->resource &&
		    range->end - region->resource < region->size)
			note(check, CHECK_FAILED, "%" PRIx64 "-%" PRIx64 " of %s %s %s",
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

		/* Where the region itself is still there, that is said once. */
		if (!is_removed(plan, region) || is_still_there(after->snapshot, region))
			continue;
		if (!before->iomem || !after->iomem)
			note(check, CHECK_NOT_CHECKED, "/proc/iomem cannot be read");
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
			note(check, CHECK_FAILED, "%s still names %s", decoder->name,
			     decoder->region_name);
	}
}

/* What the list on regions, endpoints and memdevs say already */
static bool is_said_elsewhere(const struct plan *plan, const struct change *change)
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
		if (!is_said_elsewhere(plan, &more.list[i]))
			note(check, CHECK_FAILED, "%s was %s", more.list[i].name,
			     change_kind_name(more.list[i].kind));
	}
	for (size_t i = 0; i < less.count; i++) {
		if (!is_said_elsewhere(plan, &less.list[i]))
			note(check, CHECK_FAILED, "%s was not %s", less.list[i].name,
			     change_kind_name(less.list[i].kind));
	}
	changes_release(&seen);
	changes_release(&more);
	changes_release(&less);
}

static void check_log(const struct observed *observed, struct check *check)
{
	if (observed->lost_log)
		note(check, CHECK_NOT_CHECKED, "parts of the kernel log were overwritten");
	for (size_t i = 0; i < observed->nr_log; i++) {
		if (observed->log[i].splat)
			note(check, CHECK_FAILED, "%s: %s", observed->log[i].splat,
			     observed->log[i].text);
	}
}

void checks_of_detach(const struct plan *plan, const struct observation *before,
		      const struct observation *after, const struct observed *observed,
		      struct checks *checks)
{
	static const char *const names[] = {
		"region-gone",	      "endpoint-gone",	   "memdev-gone", "provider-unbound",
		"addresses-released", "decoders-released", "nothing-else"};
	enum { REGION, ENDPOINT, MEMDEV, PROVIDER, ADDRESSES, DECODERS, REST, COUNT };

	*checks = (struct checks){0};
	for (int i = 0; i < COUNT; i++) {
		struct check *check = add_check(checks, names[i]);

		if (!after)
			note(check, CHECK_NOT_CHECKED, "not looked at: a step has not returned");
	}
	if (after) {
		check_regions(plan, after->snapshot, &checks->list[REGION]);
		check_endpoints(plan, after->snapshot, &checks->list[ENDPOINT]);
		check_memdevs(plan, after->snapshot, &checks->list[MEMDEV]);
		check_providers(plan, after, &checks->list[PROVIDER]);
		check_iomem(plan, before, after, &checks->list[ADDRESSES]);
		check_decoders(plan, after->snapshot, &checks->list[DECODERS]);
		check_rest(plan, before->snapshot, after->snapshot, &checks->list[REST]);
	}
	check_log(observed, add_check(checks, "no-splat"));
}

static const struct snapshot_region *region_at(const struct snapshot_memdev *memdev,
					       uint64_t resource)
{
	for (size_t i = 0; i < memdev->nr_regions; i++) {
		if (memdev->regions[i]->resource == resource)
			return memdev->regions[i];
	}
	return NULL;
}

static void check_region_back(const struct expected_region *region,
			      const struct snapshot_memdev *memdev, struct check *back,
			      struct check *lock)
{
	const struct snapshot_region *now = region_at(memdev, region->resource);

	if (!now) {
		note(back, CHECK_FAILED, "%s has no region at 0x%" PRIx64 ", where %s was",
		     memdev->name, region->resource, region->name);
		return;
	}
	if (now->size != region->size)
		note(back, CHECK_FAILED, "%s has %" PRIu64 " bytes, and had %" PRIu64, now->name,
		     now->size, region->size);
	if ((int)now->locked != region->locked)
		note(lock, CHECK_FAILED, "%s is %slocked, and was %slocked", now->name,
		     now->locked == FLAG_YES ? "" : "not ",
		     region->locked == FLAG_YES ? "" : "not ");
}

void checks_of_attach(const struct expected_host *hosts, size_t nr_hosts,
		      const struct snapshot *after, const struct observed *observed,
		      struct checks *checks)
{
	static const char *const names[] = {"provider-bound", "memdev-back", "region-back",
					    "lock-back"};
	enum { PROVIDER, MEMDEV, REGION, LOCK, COUNT };

	*checks = (struct checks){0};
	for (int i = 0; i < COUNT; i++) {
		struct check *check = add_check(checks, names[i]);

		if (!after)
			note(check, CHECK_NOT_CHECKED, "not looked at: a step has not returned");
	}
	for (size_t i = 0; after && i < nr_hosts; i++) {
		const struct snapshot_memdev *memdev = snapshot_memdev_of(after, hosts[i].host);

		if (!streq(hosts[i].driver_now, hosts[i].driver))
			note(&checks->list[PROVIDER], CHECK_FAILED, "%s has %s, not %s",
			     hosts[i].host, hosts[i].driver_now ?: "no driver", hosts[i].driver);
		if (!memdev) {
			note(&checks->list[MEMDEV], CHECK_FAILED, "%s has no memdev",
			     hosts[i].host);
			continue;
		}
		if (!hosts[i].as_before && memdev->nr_regions == 0)
			note(&checks->list[REGION], CHECK_FAILED, "%s has no region", memdev->name);
		for (size_t j = 0; j < hosts[i].nr_regions; j++)
			check_region_back(&hosts[i].regions[j], memdev, &checks->list[REGION],
					  &checks->list[LOCK]);
	}
	check_log(observed, add_check(checks, "no-splat"));
}

static const struct snapshot_region *region_in(const struct snapshot *snapshot,
					       const struct expected_region *place)
{
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		if (snapshot->regions[i].resource == place->resource)
			return &snapshot->regions[i];
	}
	return NULL;
}

static bool is_claimed(const struct iomem *iomem, const struct expected_region *place)
{
	for (size_t i = 0; i < iomem->count; i++) {
		const struct iomem_range *range = &iomem->ranges[i];

		if (range->start == place->resource &&
		    range->end - range->start + 1 == place->size &&
		    strcmp(range->owner, place->name) == 0)
			return true;
	}
	return false;
}

/* Of a provider that is bound: all that it registered is there. */
static void check_whole(const struct expected_host *host, const struct snapshot_memdev *memdev,
			struct check *check)
{
	if (!memdev) {
		note(check, CHECK_FAILED, "%s is bound to %s, and has no memdev", host->host,
		     host->driver);
		return;
	}
	if (!memdev->enabled || !memdev->endpoint)
		note(check, CHECK_FAILED, "%s is bound to %s, and %s has no %s", host->host,
		     host->driver, memdev->name, memdev->enabled ? "endpoint" : "driver");
	for (size_t i = 0; i < host->nr_regions; i++)
		check_region_back(&host->regions[i], memdev, check, check);
}

/* Of a provider that is not: nothing is left. */
static void check_none(const struct expected_host *host, const struct snapshot_memdev *memdev,
		       const struct observation *after, struct check *check)
{
	if (memdev)
		note(check, CHECK_FAILED, "%s is not bound to %s, and %s is there", host->host,
		     host->driver, memdev->name);
	for (size_t i = 0; i < host->nr_regions; i++) {
		const struct snapshot_region *region =
			region_in(after->snapshot, &host->regions[i]);

		if (region)
			note(check, CHECK_FAILED, "%s is not bound to %s, and %s is there",
			     host->host, host->driver, region->name);
		else if (after->iomem && is_claimed(after->iomem, &host->regions[i]))
			note(check, CHECK_FAILED, "%s has gone, and /proc/iomem has it",
			     host->regions[i].name);
	}
}

void checks_at_rest(const struct expected_host *hosts, size_t nr_hosts,
		    const struct observation *after, struct checks *checks)
{
	struct check *whole, *none, *decoders;

	*checks = (struct checks){0};
	add_check(checks, "provider-has-all");
	add_check(checks, "nothing-left");
	add_check(checks, "decoders-released");
	whole = &checks->list[0];
	none = &checks->list[1];
	decoders = &checks->list[2];
	for (size_t i = 0; i < nr_hosts; i++) {
		const struct snapshot_memdev *memdev =
			snapshot_memdev_of(after->snapshot, hosts[i].host);

		if (streq(hosts[i].driver_now, hosts[i].driver))
			check_whole(&hosts[i], memdev, whole);
		else
			check_none(&hosts[i], memdev, after, none);
	}
	for (size_t i = 0; i < after->snapshot->nr_decoders; i++) {
		const struct snapshot_decoder *decoder = &after->snapshot->decoders[i];

		if (decoder->region_name && !decoder->region)
			note(decoders, CHECK_FAILED, "%s names %s, which is not there",
			     decoder->name, decoder->region_name);
	}
}

void checks_release(struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++)
		free(checks->list[i].detail);
	free(checks->list);
	*checks = (struct checks){0};
}

bool checks_passed(const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		if (checks->list[i].result != CHECK_PASSED)
			return false;
	}
	return true;
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

const char *check_result_name(enum check_result result)
{
	static const char *const names[] = {
		[CHECK_PASSED] = "passed",
		[CHECK_FAILED] = "failed",
		[CHECK_NOT_CHECKED] = "not-checked",
	};

	return names[result];
}
