// SPDX-License-Identifier: LGPL-2.1-only
#include <inttypes.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/verify/checks-attach.h"
#include "util/iomem.h"
#include "util/text.h"

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

	if (region->resource == SNAPSHOT_NO_NUMBER || region->size == SNAPSHOT_NO_NUMBER) {
		check_note(back, CHECK_NOT_CHECKED, "where %s was is not known", region->name);
		check_note(lock, CHECK_NOT_CHECKED, "where %s was is not known", region->name);
		return;
	}
	if (!now) {
		check_note(back, CHECK_FAILED, "%s has no region at 0x%" PRIx64 ", where %s was",
			   memdev->name, region->resource, region->name);
		if (lock != back)
			check_note(lock, CHECK_NOT_CHECKED, "%s has no region there", memdev->name);
		return;
	}
	if (now->size != region->size)
		check_note(back, CHECK_FAILED, "%s has %" PRIu64 " bytes, and had %" PRIu64,
			   now->name, now->size, region->size);
	if (region->locked == FLAG_UNKNOWN && now->locked != FLAG_UNKNOWN)
		check_note(lock, CHECK_NOT_CHECKED, "whether %s was locked is not known",
			   region->name);
	else if ((int)now->locked != region->locked)
		check_note(lock, CHECK_FAILED, "%s is %slocked, and was %slocked", now->name,
			   now->locked == FLAG_YES ? "" : "not ",
			   region->locked == FLAG_YES ? "" : "not ");
}

static void check_host(const struct expected_host *host, const struct snapshot *after,
		       struct check *provider, struct check *back, struct check *region,
		       struct check *lock)
{
	const struct snapshot_memdev *memdev = snapshot_memdev_of(after, host->host);

	if (host->is_gone)
		check_note(provider, CHECK_FAILED, "%s is not there", host->host);
	else if (!streq(host->driver_now, host->driver))
		check_note(provider, CHECK_FAILED, "%s has %s, not %s", host->host,
			   host->driver_now ?: "no driver", host->driver);
	if (!memdev) {
		check_note(back, CHECK_FAILED, "%s has no memdev", host->host);
		check_note(region, CHECK_NOT_CHECKED, "%s has no memdev", host->host);
		check_note(lock, CHECK_NOT_CHECKED, "%s has no memdev", host->host);
		return;
	}
	if (!host->as_before && memdev->nr_regions == 0)
		check_note(region, CHECK_FAILED, "%s has no region", memdev->name);
	for (size_t i = 0; i < host->nr_regions; i++)
		check_region_back(&host->regions[i], memdev, region, lock);
}

static void check_hosts(const struct expected_host *hosts, size_t nr_hosts,
			const struct snapshot *after, struct checks *checks)
{
	static const char *const names[] = {"provider-bound", "memdev-back", "region-back",
					    "lock-back"};
	enum { PROVIDER, MEMDEV, REGION, LOCK, COUNT };

	checks_begin(checks, names, COUNT);
	if (!after) {
		checks_skip_all(checks, "nothing could be observed afterwards");
		return;
	}
	checks_assume_passed(checks);
	for (size_t i = 0; i < nr_hosts; i++)
		check_host(&hosts[i], after, &checks->list[PROVIDER], &checks->list[MEMDEV],
			   &checks->list[REGION], &checks->list[LOCK]);
}

void checks_of_attach(const struct expected_host *hosts, size_t nr_hosts,
		      const struct snapshot *after, const struct observed *observed,
		      struct checks *checks)
{
	check_hosts(hosts, nr_hosts, after, checks);
	checks_add_log(checks, observed);
}

bool hosts_are_reattached(const struct expected_host *hosts, size_t nr_hosts,
			  const struct snapshot *now)
{
	struct checks checks;
	bool back = now != NULL;

	/* What was unknown before cannot be missing now. */
	check_hosts(hosts, nr_hosts, now, &checks);
	for (size_t i = 0; i < checks.count; i++)
		back &= checks.list[i].result != CHECK_FAILED;
	checks_release(&checks);
	return back;
}

static const struct snapshot_region *region_in(const struct snapshot *snapshot,
					       const struct expected_region *region)
{
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		if (snapshot->regions[i].resource == region->resource)
			return &snapshot->regions[i];
	}
	return NULL;
}

static bool is_claimed(const struct iomem *iomem, const struct expected_region *region)
{
	for (size_t i = 0; i < iomem->count; i++) {
		const struct iomem_range *range = &iomem->ranges[i];

		if (range->start == region->resource &&
		    range->end - range->start + 1 == region->size &&
		    strcmp(range->owner, region->name) == 0)
			return true;
	}
	return false;
}

/* If the provider is bound, everything that it registered must exist. */
static void check_whole(const struct expected_host *host, const struct snapshot_memdev *memdev,
			struct check *check)
{
	if (!memdev) {
		check_note(check, CHECK_FAILED, "%s is bound to %s, and has no memdev", host->host,
			   host->driver);
		return;
	}
	if (!memdev->enabled || !memdev->endpoint)
		check_note(check, CHECK_FAILED, "%s is bound to %s, and %s has no %s", host->host,
			   host->driver, memdev->name, memdev->enabled ? "endpoint" : "driver");
	for (size_t i = 0; i < host->nr_regions; i++)
		check_region_back(&host->regions[i], memdev, check, check);
}

/* If the provider is not bound, nothing that it registered may be left. */
static void check_none(const struct expected_host *host, const struct snapshot_memdev *memdev,
		       const struct observation *after, struct check *check)
{
	if (memdev)
		check_note(check, CHECK_FAILED, "%s is not bound to %s, and %s is there",
			   host->host, host->driver, memdev->name);
	for (size_t i = 0; i < host->nr_regions; i++) {
		const struct snapshot_region *region =
			region_in(after->snapshot, &host->regions[i]);

		if (region)
			check_note(check, CHECK_FAILED, "%s is not bound to %s, and %s is there",
				   host->host, host->driver, region->name);
		else if (after->iomem && is_claimed(after->iomem, &host->regions[i]))
			check_note(check, CHECK_FAILED, "%s has gone, and /proc/iomem has it",
				   host->regions[i].name);
	}
}

void checks_at_rest(const struct expected_host *hosts, size_t nr_hosts,
		    const struct observation *after, struct checks *checks)
{
	static const char *const names[] = {"provider-has-all", "nothing-left",
					    "decoders-released"};
	enum { WHOLE, NONE, DECODERS, COUNT };

	checks_begin(checks, names, COUNT);
	checks_assume_passed(checks);
	for (size_t i = 0; i < nr_hosts; i++) {
		const struct snapshot_memdev *memdev =
			snapshot_memdev_of(after->snapshot, hosts[i].host);

		if (streq(hosts[i].driver_now, hosts[i].driver))
			check_whole(&hosts[i], memdev, &checks->list[WHOLE]);
		else
			check_none(&hosts[i], memdev, after, &checks->list[NONE]);
	}
	for (size_t i = 0; i < after->snapshot->nr_decoders; i++) {
		const struct snapshot_decoder *decoder = &after->snapshot->decoders[i];

		if (decoder->region_name && !decoder->region)
			check_note(&checks->list[DECODERS], CHECK_FAILED,
				   "%s names %s, which is not there", decoder->name,
				   decoder->region_name);
	}
}
