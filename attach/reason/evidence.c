// SPDX-License-Identifier: LGPL-2.1-only
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "util/memory.h"

#define DEVICES "/sys/bus/cxl/devices/"
#define ATTACH_SYMBOL "devm_cxl_probe_mem"

/*
 * The signals, each with its weight: above 0 for an attach, below 0 against one.
 * Documentation/evidence.md explains each weight.
 */
enum signal {
	NO_ATTACH_SUPPORT,
	NO_CLASS_ATTRIBUTES,
	CLASS_ATTRIBUTES,
	REGION_LOCKED,
	REGION_LOCKED_BY_DECODER,
	REGION_NOT_LOCKED,
	REGION_WITHOUT_CHILD,
	REGION_WITH_CHILD,
	TARGET_TYPE_ACCELERATOR,
	TARGET_TYPE_EXPANDER,
	MODULE_IMPORTS_ATTACH,
	MODULE_IMPORTS_NO_ATTACH,
	MODULE_HOLDS_CXL_MEM,
	MEMDEV_DISABLED,
	HOST_MATCHES_PROVIDER,
	HOST_BOUND,
	HOST_UNBOUND,
	HOST_HAS_CXL_MEMORY,
	PROBE_DEFERRED,
	DECODER_COMMITTED,
	DECODER_INTERLEAVED,
	NO_DECODER_COMMITTED,
};

/* Against an attach, whatever else is seen: a memdev can have any number of other signals. */
#define DECIDES_ALONE (-100)

static const struct {
	const char *name;
	int weight;
} signals[] = {
	[NO_ATTACH_SUPPORT] = {"no-attach-support", DECIDES_ALONE},
	[NO_CLASS_ATTRIBUTES] = {"no-class-attributes", 2},
	[CLASS_ATTRIBUTES] = {"class-attributes", -2},
	[REGION_LOCKED] = {"region-locked", 4},
	[REGION_LOCKED_BY_DECODER] = {"region-locked-by-decoder", 0},
	[REGION_NOT_LOCKED] = {"region-not-locked", -4},
	[REGION_WITHOUT_CHILD] = {"region-without-child", 1},
	[REGION_WITH_CHILD] = {"region-with-child", -4},
	[TARGET_TYPE_ACCELERATOR] = {"target-type-accelerator", 1},
	[TARGET_TYPE_EXPANDER] = {"target-type-expander", 0},
	[MODULE_IMPORTS_ATTACH] = {"module-imports-attach", 2},
	[MODULE_IMPORTS_NO_ATTACH] = {"module-imports-no-attach", -4},
	[MODULE_HOLDS_CXL_MEM] = {"module-holds-cxl-mem", 0},
	[MEMDEV_DISABLED] = {"memdev-disabled", DECIDES_ALONE},
	[HOST_MATCHES_PROVIDER] = {"host-matches-provider", 0},
	[HOST_BOUND] = {"host-bound", 0},
	[HOST_UNBOUND] = {"host-unbound", DECIDES_ALONE},
	[HOST_HAS_CXL_MEMORY] = {"host-has-cxl-memory", 0},
	[PROBE_DEFERRED] = {"probe-deferred", 0},
	[DECODER_COMMITTED] = {"decoder-committed", 0},
	[DECODER_INTERLEAVED] = {"decoder-interleaved", 0},
	[NO_DECODER_COMMITTED] = {"no-decoder-committed", 0},
};

/* The answer takes @file over. */
static void add(struct attach_answer *answer, enum signal signal, char *file, const char *value)
{
	*APPEND(answer->evidence, answer->nr_evidence) =
		(struct attach_evidence){.signal = signals[signal].name,
					 .file = file,
					 .value = value,
					 .weight = signals[signal].weight};
}

static void see_kernel(const struct snapshot *snapshot, struct attach_answer *answer)
{
	if (snapshot->attach_support == FLAG_NO)
		add(answer, NO_ATTACH_SUPPORT, xasprintf("%s", snapshot->attach_support_file),
		    "no " ATTACH_SYMBOL);
}

static void see_module(const struct snapshot_host *host, struct attach_answer *answer)
{
	if (host->imports_attach == FLAG_YES)
		add(answer, MODULE_IMPORTS_ATTACH, xasprintf("%s", host->module_file),
		    ATTACH_SYMBOL);
	else if (host->imports_attach == FLAG_NO)
		add(answer, MODULE_IMPORTS_NO_ATTACH, xasprintf("%s", host->module_file),
		    "no " ATTACH_SYMBOL);
	if (host->holds_cxl_mem == FLAG_YES)
		add(answer, MODULE_HOLDS_CXL_MEM,
		    xasprintf("/sys/module/cxl_mem/holders/%s", host->module), "present");
}

/*
 * An attached memdev is always bound to cxl_mem, and its host to the provider: when either goes,
 * the kernel unregisters the memdev (cxl_memdev_attach_failed() and detach_memdev() in
 * drivers/cxl/core/memdev.c).
 */
static void see_memdev(const struct snapshot_memdev *memdev, struct attach_answer *answer)
{
	bool class = memdev->class_attributes == FLAG_YES;

	if (memdev->class_attributes != FLAG_UNKNOWN)
		add(answer, class ? CLASS_ATTRIBUTES : NO_CLASS_ATTRIBUTES,
		    xasprintf(DEVICES "%s/firmware_version", memdev->name),
		    class ? "present" : "absent");
	if (!memdev->enabled)
		add(answer, MEMDEV_DISABLED, xasprintf(DEVICES "%s/driver", memdev->name),
		    "absent");
	if (!memdev->host.driver)
		add(answer, HOST_UNBOUND, xasprintf(DEVICES "%s/../driver", memdev->name),
		    "absent");
}

/* Only an attach locks a region without a locked decoder: cxl_region_setup_flags(). */
static void see_lock(const struct snapshot_region *region, struct attach_answer *answer)
{
	char *file;

	if (region->locked == FLAG_UNKNOWN)
		return;
	file = xasprintf(DEVICES "%s/locked", region->name);
	if (region->locked == FLAG_NO)
		add(answer, REGION_NOT_LOCKED, file, "0");
	else if (snapshot_region_has_locked_decoder(region))
		add(answer, REGION_LOCKED_BY_DECODER, file, "1");
	else
		add(answer, REGION_LOCKED, file, "1");
}

/* cxl_region_probe() makes no dax or pmem region for an attached memdev. */
static void see_child(const struct snapshot_region *region, struct attach_answer *answer)
{
	if (region->child)
		add(answer, REGION_WITH_CHILD,
		    xasprintf(DEVICES "%s/%s", region->name, region->child), "present");
	else if (region->driver)
		add(answer, REGION_WITHOUT_CHILD, xasprintf(DEVICES "%s", region->name),
		    "no dax or pmem region");
}

static void see_target_type(const struct snapshot_decoder *decoder, struct attach_answer *answer)
{
	bool accelerator, expander;

	if (!decoder->region || !decoder->target_type)
		return;
	accelerator = strcmp(decoder->target_type, "accelerator") == 0;
	expander = strcmp(decoder->target_type, "expander") == 0;
	if (accelerator || expander)
		add(answer, accelerator ? TARGET_TYPE_ACCELERATOR : TARGET_TYPE_EXPANDER,
		    xasprintf(DEVICES "%s/target_type", decoder->name), decoder->target_type);
}

/*
 * The weights for an attach are compared with the weights against one. One side has to weigh at
 * least twice as much as the other, else the answer is unknown: a single signal does not decide
 * where others contradict it, unless it decides alone.
 */
static enum attach_state weigh(const struct attach_answer *answer)
{
	int for_it = 0, against_it = 0;

	for (size_t i = 0; i < answer->nr_evidence; i++) {
		int weight = answer->evidence[i].weight;

		if (weight == DECIDES_ALONE)
			return ATTACH_NONE;
		if (weight > 0)
			for_it += weight;
		else
			against_it -= weight;
	}
	if (against_it >= 2 * for_it)
		return ATTACH_NONE;
	return for_it >= 2 * against_it && for_it > 1 ? ATTACH_ATTACHED : ATTACH_UNKNOWN;
}

static void infer_memdev(const struct snapshot *snapshot, const struct snapshot_memdev *memdev,
			 struct attach_answer *answer)
{
	see_kernel(snapshot, answer);
	see_memdev(memdev, answer);
	for (size_t i = 0; i < memdev->nr_regions; i++) {
		see_lock(memdev->regions[i], answer);
		see_child(memdev->regions[i], answer);
	}
	for (size_t i = 0; memdev->endpoint && i < memdev->endpoint->nr_decoders; i++)
		see_target_type(memdev->endpoint->decoders[i], answer);
	see_module(&memdev->host, answer);
	answer->state = weigh(answer);
}

static void see_unattached_host(const struct snapshot_unattached_host *unattached,
				struct attach_answer *answer)
{
	const char *bus = unattached->host.subsystem, *name = unattached->host.name;

	see_module(&unattached->host, answer);
	if (strcmp(unattached->matched, "driver") != 0)
		add(answer, HOST_MATCHES_PROVIDER,
		    xasprintf("/sys/bus/%s/devices/%s/%s", bus, name, unattached->matched),
		    unattached->provider);
	add(answer, unattached->host.driver ? HOST_BOUND : HOST_UNBOUND,
	    xasprintf("/sys/bus/%s/devices/%s/driver", bus, name),
	    unattached->host.driver ?: "absent");
	if (unattached->capable == FLAG_YES)
		add(answer, HOST_HAS_CXL_MEMORY,
		    xasprintf("/sys/bus/%s/devices/%s/config", bus, name), "CXL device DVSEC");
	if (unattached->deferred == FLAG_YES)
		add(answer, PROBE_DEFERRED, xasprintf("/sys/kernel/debug/devices_deferred"), name);
}

static bool is_interleaved(const struct snapshot_decoder *decoder)
{
	return decoder->target_list && strchr(decoder->target_list, ',');
}

static void see_decoder(const struct snapshot_unattached_host *unattached,
			struct attach_answer *answer)
{
	const struct snapshot_decoder *decoder = unattached->decoder;

	/* What a port that is disabled would decode, it does not show. */
	if (!unattached->port || (!decoder && !unattached->port->enabled))
		return;
	if (!decoder)
		add(answer, NO_DECODER_COMMITTED, xasprintf(DEVICES "%s", unattached->port->name),
		    "no decoder with a size targets the host");
	else if (is_interleaved(decoder))
		add(answer, DECODER_INTERLEAVED, xasprintf(DEVICES "%s/target_list", decoder->name),
		    decoder->target_list);
	else
		add(answer, DECODER_COMMITTED, xasprintf(DEVICES "%s/size", decoder->name),
		    "not 0");
}

/* Why an attach failed: the conditions of cxl_memdev_attach_region(), as far as sysfs shows them */
static const char *obstacle(const struct snapshot_unattached_host *unattached)
{
	if (unattached->deferred == FLAG_YES)
		return "deferred";
	if (unattached->port && unattached->port->enabled && !unattached->decoder)
		return "uncommitted";
	if (unattached->decoder && is_interleaved(unattached->decoder))
		return "interleaved";
	return unattached->host.driver ? "no-memdev" : NULL;
}

/* A driver may also serve devices without CXL memory: network cards of the same family. */
static bool has_memory(const struct snapshot_unattached_host *unattached)
{
	if (unattached->capable != FLAG_UNKNOWN)
		return unattached->capable == FLAG_YES;
	return unattached->decoder || strcmp(unattached->host.subsystem, "pci") != 0;
}

static void infer_unattached_host(const struct snapshot_unattached_host *unattached,
				  struct attach_answer *answer)
{
	see_unattached_host(unattached, answer);
	see_decoder(unattached, answer);
	if (!has_memory(unattached))
		return;
	answer->reason = obstacle(unattached);
	answer->state = answer->reason ? ATTACH_FAILED : ATTACH_DETACHED;
}

void attach_infer(const struct snapshot *snapshot, struct attach_answers *answers)
{
	*answers = (struct attach_answers){
		.snapshot = snapshot,
		.memdevs =
			memory_check(calloc(snapshot->nr_memdevs + 1, sizeof(*answers->memdevs))),
		.unattached_hosts = memory_check(calloc(snapshot->nr_unattached_hosts + 1,
							sizeof(*answers->unattached_hosts))),
	};
	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		infer_memdev(snapshot, &snapshot->memdevs[i], &answers->memdevs[i]);
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++)
		infer_unattached_host(&snapshot->unattached_hosts[i],
				      &answers->unattached_hosts[i]);
}

static void release(struct attach_answer *answers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < answers[i].nr_evidence; j++)
			free(answers[i].evidence[j].file);
		free(answers[i].evidence);
	}
	free(answers);
}

void attach_answers_release(struct attach_answers *answers)
{
	release(answers->memdevs, answers->snapshot->nr_memdevs);
	release(answers->unattached_hosts, answers->snapshot->nr_unattached_hosts);
	*answers = (struct attach_answers){0};
}

const struct attach_answer *attach_of_memdev(const struct attach_answers *answers,
					     const struct snapshot_memdev *memdev)
{
	return &answers->memdevs[memdev - answers->snapshot->memdevs];
}

const struct attach_answer *
attach_of_unattached_host(const struct attach_answers *answers,
			  const struct snapshot_unattached_host *unattached)
{
	return &answers->unattached_hosts[unattached - answers->snapshot->unattached_hosts];
}

const char *attach_state_name(enum attach_state state)
{
	static const char *const names[] = {
		[ATTACH_NONE] = "none",		[ATTACH_UNKNOWN] = "unknown",
		[ATTACH_FAILED] = "failed",	[ATTACH_DETACHED] = "detached",
		[ATTACH_ATTACHED] = "attached",
	};

	return names[state];
}
