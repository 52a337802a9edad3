/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_VERIFY_CHECKS_HANDOVER_H
#define ATTACH_VERIFY_CHECKS_HANDOVER_H

#include "attach/model/expected.h"
#include "attach/model/plan.h"
#include "attach/verify/checks.h"

/**
 * checks_add_handover() - one more check: does the other driver have every host, and has nothing
 * changed by that but what it attached itself?
 * @after: once everything was detached; NULL if nothing was observed then
 * @handed: once the other driver was bound; NULL likewise
 *
 * Pure. An attach provider registers a memdev as soon as it is bound (devm_cxl_probe_mem() in
 * drivers/cxl/mem.c): memdev, endpoint, region, and the port of a switch above, are new then.
 */
void checks_add_handover(const struct plan *plan, const struct observation *after,
			 const struct observation *handed, struct checks *checks);

#endif
