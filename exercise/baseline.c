// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/changes.h"
#include "attach/read/dependents.h"
#include "attach/read/reload.h"
#include "attach/read/driver.h"
#include "attach/read/take.h"
#include "attach/verify/checks-attach.h"
#include "exercise/baseline.h"
#include "util/memory.h"
#include "util/text.h"
#include "util/unread.h"

/* One of this many trials of an actor alone reads everything */
#define WHOLE_EVERY_TRIALS 16

static void release(struct baseline *baseline)
{
	surroundings_release(&baseline->surroundings);
	if (baseline->answers.snapshot)
		attach_answers_release(&baseline->answers);
	snapshot_release(&baseline->first);
	snapshot_release(&baseline->last);
	iomem_release(&baseline->iomem);
	expected_hosts_release(baseline->hosts, baseline->nr_hosts);
	baseline->hosts = NULL;
	baseline->nr_hosts = 0;
}

static void expect_hosts(struct baseline *baseline)
{
	for (size_t i = 0; i < baseline->first.nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &baseline->first.memdevs[i];

		if (attach_of_memdev(&baseline->answers, memdev)->state == ATTACH_ATTACHED &&
		    memdev->host.driver)
			expected_host_of(memdev, APPEND(baseline->hosts, baseline->nr_hosts));
	}
}

static bool are_all_counted(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_decoders; i++) {
		if (snapshot_decoder_is_uncounted(&snapshot->decoders[i]))
			return false;
	}
	return true;
}

static int take(struct baseline *baseline)
{
	int rc = snapshot_take_devices(ROOT_LIVE, &baseline->first);

	if (rc < 0)
		return rc;
	snapshot_add_modules(&baseline->first);
	attach_infer(&baseline->first, &baseline->answers);
	snapshot_read_dependents(&baseline->first);
	snapshot_read_reloads(&baseline->first);
	iomem_read(ROOT_LIVE, &baseline->iomem);
	expect_hosts(baseline);
	if (!baseline_memdev(baseline))
		return -ENODEV;
	surroundings_read(&baseline->answers, baseline_memdev(baseline), &baseline->surroundings);
	rc = snapshot_take_again(&baseline->first, &baseline->files, NULL, &baseline->last);
	baseline->all_counted = rc == 0 && are_all_counted(&baseline->last);
	return rc ?: unread_error();
}

int baseline_open(struct baseline *baseline, const char *host)
{
	int rc;

	*baseline = (struct baseline){.host = memory_check(strdup(host))};
	rc = take(baseline);
	if (rc < 0)
		baseline_close(baseline);
	else
		surroundings_read_module(baseline_memdev(baseline), &baseline->surroundings);
	return rc;
}

void baseline_close(struct baseline *baseline)
{
	release(baseline);
	sysfs_files_release(&baseline->files);
	iomem_again_release(&baseline->addresses);
	free(baseline->host);
	baseline->host = NULL;
}

int baseline_renew(struct baseline *baseline)
{
	struct baseline anew = {.host = baseline->host,
				.files = baseline->files,
				.addresses = baseline->addresses,
				.nr_alone = baseline->nr_alone,
				.whole = baseline->whole};
	int rc = take(&anew);

	baseline->files = anew.files;
	if (rc < 0) {
		release(&anew);
		return rc;
	}
	/* The other provider's module does not change, and takes long to read. */
	anew.surroundings.other_module = baseline->surroundings.other_module;
	baseline->surroundings.other_module = NULL;
	release(baseline);
	*baseline = anew;
	baseline->answers.snapshot = &baseline->first;
	return 0;
}

const struct snapshot_memdev *baseline_memdev(const struct baseline *baseline)
{
	return snapshot_memdev_of(&baseline->first, baseline->host);
}

/* The driver of a host with a memdev has already been read. */
static void observe_driver(const struct snapshot *now, struct expected_host *host)
{
	const struct snapshot_memdev *memdev = snapshot_memdev_of(now, host->host);

	free(host->driver_now);
	host->driver_now = memdev && memdev->host.driver
				   ? memory_check(strdup(memdev->host.driver))
				   : driver_of(ROOT_LIVE, host->bus, host->host);
}

void baseline_begin_trial(struct baseline *baseline, bool alone, bool last)
{
	bool due = alone && baseline->nr_alone++ % WHOLE_EVERY_TRIALS == 0;

	baseline->whole = due || last || !alone || !baseline->all_counted;
}

void baseline_whole(struct baseline *baseline)
{
	baseline->whole = true;
}

static void observe_addresses(struct baseline *baseline)
{
	struct iomem_again *addresses = &baseline->addresses;

	if (iomem_read_again(addresses) == 0 && baseline->whole)
		iomem_add_mappings(ROOT_LIVE, &addresses->ranges, iomem_page());
}

int baseline_observe(struct baseline *baseline, enum addresses addresses)
{
	const struct snapshot *like = baseline->whole ? NULL : &baseline->first;
	struct snapshot now;
	int rc = snapshot_take_again(&baseline->last, &baseline->files, like, &now);

	if (rc < 0)
		return rc;
	/* A device that could not be read would look like one that is gone. */
	if (unread_any()) {
		snapshot_release(&now);
		return unread_error();
	}
	if (addresses == WITH_ADDRESSES)
		observe_addresses(baseline);
	snapshot_release(&baseline->last);
	baseline->last = now;
	for (size_t i = 0; i < baseline->nr_hosts; i++)
		observe_driver(&baseline->last, &baseline->hosts[i]);
	return 0;
}

char *baseline_driver_now(const struct baseline *baseline, const struct snapshot_host *host)
{
	for (size_t i = 0; i < baseline->nr_hosts; i++) {
		const struct expected_host *seen = &baseline->hosts[i];

		if (streq(seen->host, host->name))
			return seen->driver_now ? memory_check(strdup(seen->driver_now)) : NULL;
	}
	return driver_of(ROOT_LIVE, host->subsystem, host->name);
}

bool baseline_is_restored(const struct baseline *baseline)
{
	struct changes changes;
	bool same;

	changes_find(&baseline->first, &baseline->last, &changes);
	same = changes.count == 0;
	changes_release(&changes);
	return same;
}

static bool same_counts(const struct snapshot *one, const struct snapshot *other)
{
	size_t enabled = 0;

	for (size_t i = 0; i < one->nr_memdevs; i++)
		enabled += one->memdevs[i].enabled;
	for (size_t i = 0; i < other->nr_memdevs; i++)
		enabled -= other->memdevs[i].enabled;
	return enabled == 0 && one->nr_ports == other->nr_ports &&
	       one->nr_decoders == other->nr_decoders && one->nr_regions == other->nr_regions &&
	       one->nr_memdevs == other->nr_memdevs;
}

bool baseline_is_equivalent(const struct baseline *baseline, const struct observed *observed,
			    struct checks *checks)
{
	const struct snapshot *now = &baseline->last;
	bool same = true;

	checks_of_attach(baseline->hosts, baseline->nr_hosts, now, observed, checks);
	for (size_t i = 0; i < checks->count; i++)
		same &= checks->list[i].result == CHECK_PASSED ||
			strcmp(checks->list[i].name, "no-splat") == 0;
	for (size_t i = 0; i < now->nr_regions; i++)
		same &= now->regions[i].driver != NULL;
	return same && same_counts(&baseline->first, now);
}
