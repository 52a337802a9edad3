/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_RESTORE_H
#define ATTACH_REASON_RESTORE_H

#include <stdbool.h>
#include <stddef.h>

struct snapshot;
struct step;

/* How to restore everything that is missing, whatever was detached, and by any process. Pure. */

/**
 * restore_steps() - make the steps from @now to the baseline
 * @baseline: with its dependents (snapshot_read_dependents())
 * @rescan: a PCI device may have been removed
 * @steps: a new array that the caller frees; its texts belong to the two snapshots
 *
 * The order is from the bus down to the regions. A step changes nothing that is already as it
 * should be. What is below a bus that these steps bind is unknown: the caller must take another
 * snapshot afterwards.
 */
void restore_steps(const struct snapshot *baseline, const struct snapshot *now, bool rescan,
		   struct step **steps, size_t *count);

#endif
