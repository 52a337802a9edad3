/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_CONTRACT_H
#define CXL_ATTACH_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxl/attach/plan.h"

struct iomem;
struct snapshot;
struct snapshot_memdev;
struct watch;

/*
 * Did the kernel do what it promises? Taking an attached memdev down removes its region before
 * anything else can use the addresses (cxl_memdev_attach_region() in drivers/cxl/core/region.c, and
 * the endpoint's autoremove); bringing the provider back brings the region back as it was, since a
 * locked region leaves its decoders committed. Pure: compares what was seen before and after.
 */

enum clause_result {
	CLAUSE_HELD,
	CLAUSE_BROKEN,
	CLAUSE_UNKNOWN, /* it could not be looked at */
};

struct clause {
	const char *name;
	enum clause_result result;
	char *detail; /* what is otherwise than promised, or why it is not known; or NULL */
};

struct contract {
	struct clause *clauses;
	size_t nr_clauses;
};

/* What was seen of the machine at one time, besides the snapshot */
struct contract_look {
	const struct snapshot *snapshot;
	const struct iomem *iomem;  /* NULL: not readable */
	const char *const *drivers; /* of the plan's memdevs' hosts, in their order; NULL: none */
};

/**
 * contract_of_detach() - each clause of the take-down; released with contract_release()
 * @after: NULL if it could not be looked at, since a step has not returned
 */
void contract_of_detach(const struct plan *plan, const struct contract_look *before,
			const struct contract_look *after, const struct watch *watch,
			struct contract *contract);

/* A region that is expected to come back */
struct contract_region {
	const char *name;
	uint64_t resource, size;
	int locked; /* as enum snapshot_flag */
};

/* A host that is expected to come back */
struct contract_host {
	const char *host;
	const char *bus;
	const char *driver;
	const char *memdev; /* its name before; the new one may be another; or NULL */
	char *driver_now;   /* which driver it has afterwards; NULL: none */
	const struct contract_region *regions;
	size_t nr_regions;
	bool as_before; /* are the regions known? */
};

/**
 * contract_expect() - expect a memdev's host back as it is now
 * @host: filled; its regions are a new array that the caller frees, its texts the snapshot's
 */
void contract_expect(const struct snapshot_memdev *memdev, struct contract_host *host);

/** contract_of_attach() - each clause of the return; released with contract_release() */
void contract_of_attach(const struct contract_host *hosts, size_t nr_hosts,
			const struct snapshot *after, const struct watch *watch,
			struct contract *contract);

/**
 * contract_of_quiet() - what holds whatever was done, once nothing is going on any more
 * @hosts: with the drivers that they have now
 * @after: a look at the machine now; its drivers are not needed
 *
 * A provider has all that it registered, or nothing is left of it.
 */
void contract_of_quiet(const struct contract_host *hosts, size_t nr_hosts,
		       const struct contract_look *after, struct contract *contract);

void contract_release(struct contract *contract);

/** contract_is_kept() - did every clause hold? */
bool contract_is_kept(const struct contract *contract);

/**
 * contract_exposure() - how long regions were gone while their provider was still bound
 * @us: the longest of all, in microseconds
 *
 * Return: true, or false if an event that it takes was not seen.
 */
bool contract_exposure(const struct plan *plan, const struct watch *watch, uint64_t *us);

/** clause_result_name() - "held", "broken" or "unknown" */
const char *clause_result_name(enum clause_result result);

#endif
