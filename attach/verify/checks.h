/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_CONTRACT_H
#define CXL_ATTACH_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/model/expected.h"
#include "attach/model/observed.h"
#include "attach/reason/plan.h"

struct iomem;
struct snapshot;
struct snapshot_memdev;
struct observed;

/*
 * Did the kernel do what it promises? Taking an attached memdev down removes its region before
 * anything else can use the addresses (cxl_memdev_attach_region() in drivers/cxl/core/region.c, and
 * the endpoint's autoremove); bringing the provider back brings the region back as it was, since a
 * locked region leaves its decoders committed. Pure: compares what was seen before and after.
 */

enum check_result {
	CHECK_PASSED,
	CHECK_FAILED,
	CHECK_NOT_CHECKED, /* it could not be looked at */
};

struct check {
	const char *name;
	enum check_result result;
	char *detail; /* what is otherwise than promised, or why it is not known; or NULL */
};

struct checks {
	struct check *list;
	size_t count;
};

/**
 * checks_of_detach() - each check of the take-down; released with checks_release()
 * @after: NULL if it could not be looked at, since a step has not returned
 */
void checks_of_detach(const struct plan *plan, const struct observation *before,
		      const struct observation *after, const struct observed *observed,
		      struct checks *checks);

/** checks_of_attach() - each check of the return; released with checks_release() */
void checks_of_attach(const struct expected_host *hosts, size_t nr_hosts,
		      const struct snapshot *after, const struct observed *observed,
		      struct checks *checks);

/**
 * checks_at_rest() - what holds whatever was done, once nothing is going on any more
 * @hosts: with the drivers that they have now
 * @after: a look at the machine now; its drivers are not needed
 *
 * A provider has all that it registered, or nothing is left of it.
 */
void checks_at_rest(const struct expected_host *hosts, size_t nr_hosts,
		    const struct observation *after, struct checks *checks);

void checks_release(struct checks *checks);

/** checks_passed() - did every check hold? */
bool checks_passed(const struct checks *checks);

/**
 * detach_exposure() - how long regions were gone while their provider was still bound
 * @us: the longest of all, in microseconds
 *
 * Return: true, or false if an event that it takes was not seen.
 */
bool detach_exposure(const struct plan *plan, const struct observed *observed, uint64_t *us);

/** check_result_name() - "held", "broken" or "unknown" */
const char *check_result_name(enum check_result result);

#endif
