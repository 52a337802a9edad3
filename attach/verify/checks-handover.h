/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_VERIFY_CHECKS_HANDOVER_H
#define ATTACH_VERIFY_CHECKS_HANDOVER_H

#include "attach/model/expected.h"
#include "attach/model/plan.h"
#include "attach/verify/checks.h"

/**
 * checks_add_handover() - check that every host has the other driver, and that nothing else changed
 * @after: the machine after the detach; NULL if nothing was observed
 * @handed: the machine after the other driver was bound; NULL if nothing was observed
 *
 * What the other driver itself attaches may change. An attach provider registers a memdev as soon
 * as it is bound (devm_cxl_probe_mem() in drivers/cxl/mem.c). The memdev, endpoint, region, and the
 * port of a switch above are then new. Pure.
 */
void checks_add_handover(const struct plan *plan, const struct observation *after,
			 const struct observation *handed, struct checks *checks);

#endif
