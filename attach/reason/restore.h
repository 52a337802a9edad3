/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_RESTORE_H
#define CXL_ATTACH_RESTORE_H

#include <stdbool.h>
#include <stddef.h>

struct snapshot;
struct step;

/*
 * Bringing back whatever is missing, whoever took it down. Pure.
 */

/**
 * restore_steps() - what it takes to get from @now to how it was at home
 * @baseline: with its dependents (snapshot_read_dependents())
 * @rescan: a PCI device may have been removed
 * @steps: a new array that the caller frees; its texts belong to the two snapshots
 *
 * From the bus down to the regions; every step leaves alone what is as it should be. What hangs
 * below a bus that is only bound by these steps is not known yet: look again afterwards.
 */
void restore_steps(const struct snapshot *baseline, const struct snapshot *now, bool rescan,
		   struct step **steps, size_t *count);

#endif
