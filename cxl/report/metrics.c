// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>

#include "attach/act/journal.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/lock.h"
#include "config.h"
#include "cxl/report/metrics.h"
#include "util/prometheus.h"
#include "util/text.h"

/*
 * Each state has a count, which may be 0, so that an alert can distinguish "none" from "not known".
 * A sample about a host has the host's name: a memdev and a region get another name at each attach.
 */

typedef void samples_fn(struct prometheus *out, const struct metrics_source *source);

static void add_flag(struct prometheus *out, enum flag flag, const struct prometheus_label *labels)
{
	if (flag != FLAG_UNKNOWN)
		prometheus_sample(out, flag == FLAG_YES, labels);
}

static void add_size(struct prometheus *out, uint64_t bytes, const struct prometheus_label *labels)
{
	if (bytes != SNAPSHOT_NO_NUMBER)
		prometheus_sample(out, bytes, labels);
}

static void build(struct prometheus *out, const struct metrics_source *source)
{
	(void)source;
	prometheus_sample(out, 1, PROMETHEUS_LABELS({"version", PROGRAM_VERSION}));
}

static void bus_present(struct prometheus *out, const struct metrics_source *source)
{
	prometheus_sample(out, source->answers->snapshot->has_bus, NULL);
}

static void attach_supported(struct prometheus *out, const struct metrics_source *source)
{
	add_flag(out, source->answers->snapshot->attach_support, NULL);
}

/* Count the answers in each of three states */
static void count_states(struct prometheus *out, const struct attach_answer *answers, size_t count,
			 const enum attach_state states[3])
{
	for (size_t i = 0; i < 3; i++) {
		size_t found = 0;

		for (size_t j = 0; j < count; j++)
			found += answers[j].state == states[i];
		prometheus_sample(out, found,
				  PROMETHEUS_LABELS({"state", attach_state_name(states[i])}));
	}
}

static void memdevs(struct prometheus *out, const struct metrics_source *source)
{
	static const enum attach_state states[] = {ATTACH_ATTACHED, ATTACH_NONE, ATTACH_UNKNOWN};

	count_states(out, source->answers->memdevs, source->answers->snapshot->nr_memdevs, states);
}

static void memdevs_left_out(struct prometheus *out, const struct metrics_source *source)
{
	prometheus_sample(out, source->answers->snapshot->nr_left_out, NULL);
}

static const char *provider_of(const struct attach_answers *answers,
			       const struct snapshot_memdev *memdev)
{
	return attach_of_memdev(answers, memdev)->state != ATTACH_NONE ? memdev->host.driver : NULL;
}

static const char *bus_of(const struct snapshot_port *port)
{
	const struct snapshot_port *bus = snapshot_bus(port);

	return bus ? bus->name : NULL;
}

static void memdev_info(struct prometheus *out, const struct metrics_source *source)
{
	const struct snapshot *snapshot = source->answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &snapshot->memdevs[i];
		const struct snapshot_host *host = &memdev->host;

		prometheus_sample(
			out, 1,
			PROMETHEUS_LABELS(
				{"memdev", memdev->name}, {"host", host->name},
				{"subsystem", host->subsystem}, {"driver", host->driver},
				{"provider", provider_of(source->answers, memdev)},
				{"module", host->module}, {"bus", bus_of(memdev->endpoint)},
				{"state", attach_state_name(source->answers->memdevs[i].state)}));
	}
}

static void memdev_size(struct prometheus *out, const struct metrics_source *source)
{
	const struct snapshot *snapshot = source->answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &snapshot->memdevs[i];

		add_size(out, memdev->ram_size,
			 PROMETHEUS_LABELS({"memdev", memdev->name}, {"host", memdev->host.name},
					   {"mode", "ram"}));
		add_size(out, memdev->pmem_size,
			 PROMETHEUS_LABELS({"memdev", memdev->name}, {"host", memdev->host.name},
					   {"mode", "pmem"}));
	}
}

static void host_attached(struct prometheus *out, const char *host, const char *provider,
			  bool attached)
{
	prometheus_sample(out, attached, PROMETHEUS_LABELS({"host", host}, {"provider", provider}));
}

/*
 * For a host with several memdevs the first sample counts. The attached memdevs therefore come
 * first. Only the journal shows a host that was removed, or that another driver bound.
 */
static void hosts_attached(struct prometheus *out, const struct metrics_source *source)
{
	const struct attach_answers *answers = source->answers;
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		if (answers->memdevs[i].state == ATTACH_ATTACHED)
			host_attached(out, snapshot->memdevs[i].host.name,
				      snapshot->memdevs[i].host.driver, true);
	}
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		if (answers->unattached_hosts[i].state != ATTACH_NONE)
			host_attached(out, snapshot->unattached_hosts[i].host.name,
				      snapshot->unattached_hosts[i].provider, false);
	}
	for (size_t i = 0; i < source->nr_entries; i++) {
		for (size_t j = 0; j < source->entries[i].nr_hosts; j++)
			host_attached(out, source->entries[i].hosts[j].host,
				      source->entries[i].hosts[j].driver, false);
	}
}

static void unattached_hosts(struct prometheus *out, const struct metrics_source *source)
{
	static const enum attach_state states[] = {ATTACH_DETACHED, ATTACH_FAILED, ATTACH_UNKNOWN};

	count_states(out, source->answers->unattached_hosts,
		     source->answers->snapshot->nr_unattached_hosts, states);
}

static void unattached_host_info(struct prometheus *out, const struct metrics_source *source)
{
	const struct snapshot *snapshot = source->answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		const struct snapshot_unattached_host *unattached = &snapshot->unattached_hosts[i];
		const struct attach_answer *answer = &source->answers->unattached_hosts[i];

		if (answer->state == ATTACH_NONE)
			continue;
		prometheus_sample(out, 1,
				  PROMETHEUS_LABELS({"host", unattached->host.name},
						    {"subsystem", unattached->host.subsystem},
						    {"driver", unattached->host.driver},
						    {"provider", unattached->provider},
						    {"module", unattached->host.module},
						    {"state", attach_state_name(answer->state)},
						    {"reason", answer->reason}));
	}
}

static void detached_since(struct prometheus *out, const struct metrics_source *source)
{
	for (size_t i = 0; i < source->nr_entries; i++) {
		const struct journal_entry *entry = &source->entries[i];

		for (size_t j = 0; j < entry->nr_hosts; j++)
			prometheus_sample(out, entry->time_us / 1000000,
					  PROMETHEUS_LABELS({"host", entry->hosts[j].host},
							    {"provider", entry->hosts[j].driver},
							    {"method", entry->method},
							    {"hand_to", entry->hand_to}));
	}
}

static void journal_entries(struct prometheus *out, const struct metrics_source *source)
{
	prometheus_sample(out, source->nr_entries, NULL);
}

static void journal_entries_stuck(struct prometheus *out, const struct metrics_source *source)
{
	prometheus_sample(out, source->nr_stuck, NULL);
}

static void regions(struct prometheus *out, const struct metrics_source *source)
{
	const struct snapshot *snapshot = source->answers->snapshot;
	size_t counts[LOCK_BOTH + 1] = {0};

	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		struct lock_answer lock;

		lock_infer(source->answers, &snapshot->regions[i], &lock);
		counts[lock.reason]++;
		lock_answer_release(&lock);
	}
	for (size_t i = 0; i <= LOCK_BOTH; i++)
		prometheus_sample(out, counts[i],
				  PROMETHEUS_LABELS({"lock_reason", lock_reason_name(i)}));
}

static void region_info(struct prometheus *out, const struct metrics_source *source)
{
	const struct snapshot *snapshot = source->answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		const struct snapshot_region *region = &snapshot->regions[i];
		const struct snapshot_decoder *root = region->root_decoder;
		struct lock_answer lock;

		lock_infer(source->answers, region, &lock);
		prometheus_sample(
			out, 1,
			PROMETHEUS_LABELS({"region", region->name},
					  {"root_decoder", region->root_decoder_name},
					  {"bus", root ? bus_of(root->port) : NULL},
					  {"mode", region->mode},
					  {"state", region->driver ? "enabled" : "disabled"},
					  {"lock_reason", lock_reason_name(lock.reason)}));
		lock_answer_release(&lock);
	}
}

static void region_size(struct prometheus *out, const struct metrics_source *source)
{
	const struct snapshot *snapshot = source->answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_regions; i++)
		add_size(out, snapshot->regions[i].size,
			 PROMETHEUS_LABELS({"region", snapshot->regions[i].name},
					   {"mode", snapshot->regions[i].mode}));
}

static void region_attach_owned(struct prometheus *out, const struct metrics_source *source)
{
	const struct snapshot *snapshot = source->answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		struct lock_answer lock;

		lock_infer(source->answers, &snapshot->regions[i], &lock);
		prometheus_sample(out, lock.nr_owners > 0,
				  PROMETHEUS_LABELS({"region", snapshot->regions[i].name}));
		lock_answer_release(&lock);
	}
}

static void region_locked(struct prometheus *out, const struct metrics_source *source)
{
	const struct snapshot *snapshot = source->answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_regions; i++)
		add_flag(out, snapshot->regions[i].locked,
			 PROMETHEUS_LABELS({"region", snapshot->regions[i].name}));
}

static void region_deletable(struct prometheus *out, const struct metrics_source *source)
{
	const struct snapshot *snapshot = source->answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		const struct snapshot_region *region = &snapshot->regions[i];

		if (region->root_decoder)
			add_flag(out, region->root_decoder->delete_region,
				 PROMETHEUS_LABELS({"region", region->name},
						   {"root_decoder", region->root_decoder_name}));
	}
}

static const struct {
	const char *name;
	const char *help;
	samples_fn *samples;
} metrics[] = {
	{"cxl_attach_build_info", "The version of cxl-attach that wrote these metrics.", build},
	{"cxl_bus_present", "Whether this system has a CXL bus.", bus_present},
	{"cxl_kernel_attach_supported",
	 "Whether this kernel has an attach call that is known. Absent if that cannot be told.",
	 attach_supported},
	{"cxl_memdevs", "Memdevs by attach state.", memdevs},
	{"cxl_memdevs_left_out", "Memdevs that could not be read, or went away meanwhile.",
	 memdevs_left_out},
	{"cxl_memdev_info", "A memdev, its host and the driver of that.", memdev_info},
	{"cxl_memdev_size_bytes", "The capacity of a memdev.", memdev_size},
	{"cxl_host_attached",
	 "Whether a host that an attach provider drives, or would drive, has its memdev attached.",
	 hosts_attached},
	{"cxl_unattached_hosts",
	 "Hosts without a memdev that an attach provider drives or would drive, by state.",
	 unattached_hosts},
	{"cxl_unattached_host_info", "Such a host, and why its attach failed.",
	 unattached_host_info},
	{"cxl_host_detached_timestamp_seconds",
	 "When cxl detach-memdev detached a host, in seconds since 1970.", detached_since},
	{"cxl_journal_entries", "Entries in the journal of what is detached.", journal_entries},
	{"cxl_journal_entries_stuck",
	 "Entries that cannot be undone: unreadable, or a host of theirs no longer exists.",
	 journal_entries_stuck},
	{"cxl_regions", "Regions by the reason of their lock.", regions},
	{"cxl_region_info", "A region, its window and its lock.", region_info},
	{"cxl_region_size_bytes", "The size of a region.", region_size},
	{"cxl_region_attach_owned", "Whether a region belongs to an attached memdev.",
	 region_attach_owned},
	{"cxl_region_locked", "Whether the kernel has locked a region. Absent before v7.1.",
	 region_locked},
	{"cxl_region_deletable",
	 "Whether root can remove a region by its name alone, in delete_region of its window, "
	 "locked or not.",
	 region_deletable},
};

void metrics_print(FILE *out, const struct metrics_source *source)
{
	struct prometheus prometheus = {.out = out};

	for (size_t i = 0; i < sizeof(metrics) / sizeof(*metrics); i++) {
		prometheus_gauge(&prometheus, metrics[i].name, metrics[i].help);
		metrics[i].samples(&prometheus, source);
	}
	prometheus_end(&prometheus);
}
