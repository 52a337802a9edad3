// SPDX-License-Identifier: LGPL-2.1-only
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "attach/model/class-driver.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/signals.h"
#include "util/memory.h"

#define DEVICES "/sys/bus/cxl/devices/"
/* The minimum weight for a decision, which is above that of any signal that can appear by chance */
#define ENOUGH 3

#define NO_SYMBOL "no devm_cxl_probe_mem"

/* Add a signal to the answer, which then owns @file */
static void add(struct attach_answer *answer, enum signal signal, char *file, const char *value)
{
	*APPEND(answer->evidence, answer->nr_evidence) =
		(struct attach_evidence){.signal = signal_row(signal)->name,
					 .file = file,
					 .value = value,
					 .weight = signal_row(signal)->weight};
}

static void see_kernel(const struct snapshot *snapshot, struct attach_answer *answer)
{
	if (snapshot->attach_support == FLAG_NO)
		add(answer, NO_ATTACH_SUPPORT, xasprintf("%s", snapshot->attach_support_file),
		    NO_SYMBOL);
}

/* A missing import is only evidence if the kernel has the symbol that would be imported. */
static void see_imports(const struct snapshot *snapshot, const struct snapshot_host *host,
			struct attach_answer *answer)
{
	if (host->imports_attach == FLAG_YES)
		add(answer, MODULE_IMPORTS_ATTACH, xasprintf("%s", host->module_file),
		    host->symbol);
	else if (host->importer)
		add(answer, MODULE_USES_IMPORTER,
		    xasprintf("%s", host->importer_file ?: host->importer), host->importer);
	else if (host->symbol)
		add(answer, MODULE_ADDS_MEMDEVS, xasprintf("%s", host->module_file), host->symbol);
	else if (host->imports_attach == FLAG_NO && snapshot->attach_support != FLAG_NO)
		add(answer, MODULE_IMPORTS_NO_ATTACH, xasprintf("%s", host->module_file),
		    NO_SYMBOL);
}

static void see_module(const struct snapshot *snapshot, const struct snapshot_host *host,
		       struct attach_answer *answer)
{
	see_imports(snapshot, host, answer);
	if (host->holds_cxl_mem == FLAG_YES)
		add(answer, MODULE_HOLDS_CXL_MEM,
		    xasprintf("/sys/module/cxl_mem/holders/%s", host->module), "present");
}

/*
 * An attached memdev is always bound to cxl_mem, and its host to the provider. If either is
 * unbound, the kernel unregisters the memdev (cxl_memdev_attach_failed() and detach_memdev() in
 * drivers/cxl/core/memdev.c).
 */
static void see_memdev(const struct snapshot_memdev *memdev, struct attach_answer *answer)
{
	bool class = memdev->class_attributes == FLAG_YES;

	if (memdev->attached != FLAG_UNKNOWN)
		add(answer, memdev->attached ? MEMDEV_ATTACHED : MEMDEV_NOT_ATTACHED,
		    xasprintf(DEVICES "%s/attached", memdev->name), memdev->attached ? "1" : "0");
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
	else if (is_class_driver(memdev->host.driver))
		add(answer, DRIVER_ATTACHES_NONE, xasprintf(DEVICES "%s/../driver", memdev->name),
		    memdev->host.driver);
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

/*
 * cxl_region_probe() creates no dax or pmem region for an attached memdev. The meaning of a child
 * of another kind is unknown. With such a child, the lack of a dax or pmem region means nothing.
 */
static void see_child(const struct snapshot_region *region, struct attach_answer *answer)
{
	if (region->child)
		add(answer, REGION_WITH_CHILD,
		    xasprintf(DEVICES "%s/%s", region->name, region->child), "present");
	else if (region->other_child)
		add(answer, REGION_WITH_OTHER_CHILD,
		    xasprintf(DEVICES "%s/%s", region->name, region->other_child), "present");
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
 * The weights for an attach are compared with the weights against one. If other signals contradict
 * it, a single signal does not decide, unless it decides alone. "None" must be more certain than
 * "attached": a user who is told "none" continues, and a user who is told "unknown" is stopped.
 */
enum attach_state attach_weigh(const struct attach_evidence *evidence, size_t count)
{
	int for_it = 0, against_it = 0;

	for (size_t i = 0; i < count; i++) {
		int weight = evidence[i].weight;

		if (abs(weight) == DECIDES_ALONE)
			return weight > 0 ? ATTACH_ATTACHED : ATTACH_NONE;
		for_it += MAX(weight, 0);
		against_it += MAX(-weight, 0);
	}
	if (against_it >= ENOUGH && against_it >= 4 * for_it)
		return ATTACH_NONE;
	return for_it >= ENOUGH && for_it >= 2 * against_it ? ATTACH_ATTACHED : ATTACH_UNKNOWN;
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
	see_module(snapshot, &memdev->host, answer);
	answer->state = attach_weigh(answer->evidence, answer->nr_evidence);
}

static void see_unattached_host(const struct snapshot *snapshot,
				const struct snapshot_unattached_host *unattached,
				struct attach_answer *answer)
{
	const char *bus = unattached->host.subsystem, *name = unattached->host.name;

	see_module(snapshot, &unattached->host, answer);
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

	if (!unattached->port)
		add(answer, NO_PORT_ABOVE, xasprintf("/sys/bus/cxl/devices"),
		    "no port has the host below it");
	/* A disabled port does not show what it would decode. */
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

/* The reason why an attach failed, or would fail: there is no CXL port above the host */
#define NO_TOPOLOGY "no-topology"

/* Return why an attach failed: the conditions of cxl_memdev_attach_region() that sysfs shows */
static const char *obstacle(const struct snapshot_unattached_host *unattached)
{
	if (unattached->deferred == FLAG_YES)
		return "deferred";
	if (unattached->port && unattached->port->enabled && !unattached->decoder)
		return "uncommitted";
	if (unattached->decoder && is_interleaved(unattached->decoder))
		return "interleaved";
	if (!unattached->host.driver)
		return NULL;
	return unattached->port ? "no-memdev" : NO_TOPOLOGY;
}

/* A driver may also serve devices without CXL memory, such as network cards of the same family. */
static bool has_memory(const struct snapshot_unattached_host *unattached)
{
	if (unattached->capable != FLAG_UNKNOWN)
		return unattached->capable == FLAG_YES;
	return unattached->decoder || strcmp(unattached->host.subsystem, "pci") != 0;
}

static void infer_unattached_host(const struct snapshot *snapshot,
				  const struct snapshot_unattached_host *unattached,
				  struct attach_answer *answer)
{
	see_unattached_host(snapshot, unattached, answer);
	see_decoder(unattached, answer);
	if (!has_memory(unattached))
		return;
	answer->reason = obstacle(unattached);
	answer->state = answer->reason ? ATTACH_FAILED : ATTACH_DETACHED;
	/* A host can be detached together with its bus. Reattaching the bus reattaches the host. */
	if (!answer->reason && !unattached->port)
		answer->reason = NO_TOPOLOGY;
}

static void forget_evidence(struct attach_answer *answer)
{
	for (size_t i = 0; i < answer->nr_evidence; i++)
		free(answer->evidence[i].file);
	free(answer->evidence);
	answer->evidence = NULL;
	answer->nr_evidence = 0;
}

static void infer(const struct snapshot *snapshot, struct attach_answers *answers,
		  bool with_evidence)
{
	*answers = (struct attach_answers){
		.snapshot = snapshot,
		.memdevs =
			memory_check(calloc(snapshot->nr_memdevs + 1, sizeof(*answers->memdevs))),
		.unattached_hosts = memory_check(calloc(snapshot->nr_unattached_hosts + 1,
							sizeof(*answers->unattached_hosts))),
	};
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		infer_memdev(snapshot, &snapshot->memdevs[i], &answers->memdevs[i]);
		if (!with_evidence)
			forget_evidence(&answers->memdevs[i]);
	}
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		infer_unattached_host(snapshot, &snapshot->unattached_hosts[i],
				      &answers->unattached_hosts[i]);
		if (!with_evidence)
			forget_evidence(&answers->unattached_hosts[i]);
	}
}

void attach_infer(const struct snapshot *snapshot, struct attach_answers *answers)
{
	infer(snapshot, answers, true);
}

void attach_infer_states(const struct snapshot *snapshot, struct attach_answers *answers)
{
	infer(snapshot, answers, false);
}

static void release(struct attach_answer *answers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		forget_evidence(&answers[i]);
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
