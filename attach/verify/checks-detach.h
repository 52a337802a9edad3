/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_VERIFY_CHECKS_DETACH_H
#define ATTACH_VERIFY_CHECKS_DETACH_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/model/expected.h"
#include "attach/model/observed.h"
#include "attach/model/plan.h"
#include "attach/verify/checks.h"

/*
 * When an attached memdev is detached, its region is removed before anything else can use the
 * addresses (kernel: cxl_memdev_attach_region() in drivers/cxl/core/region.c, and the endpoint's
 * autoremove). Pure: compares the observations before and after with the plan.
 */

/**
 * checks_of_detach() - make every check of a detach; released with checks_release()
 * @after: the machine after the detach; NULL if nothing was observed, as when a step has not
 * returned
 * @handed: of a handover, the machine after the other driver was bound; NULL if nothing was
 * observed, or if there is no handover
 */
void checks_of_detach(const struct plan *plan, const struct observation *before,
		      const struct observation *after, const struct observation *handed,
		      const struct observed *observed, struct checks *checks);

/**
 * detach_exposure() - get how long regions were gone while their provider was still bound
 * @us: set to the longest time, in microseconds
 *
 * Return: true, or false if an event that this needs was not received.
 */
bool detach_exposure(const struct plan *plan, const struct observed *observed, uint64_t *us);

#endif
