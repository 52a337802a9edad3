/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_DETACH_H
#define ATTACH_ACT_DETACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/model/expected.h"
#include "attach/model/snapshot.h"
#include "util/iomem.h"

struct plan;
struct step;
struct watch;

/* Carries out a plan, or waits until another process does, and observes the machine afterwards. */

/* The machine at one time */
struct detach_view {
	bool is_observed; /* is the rest known? */
	struct snapshot snapshot;
	struct iomem iomem; /* empty if it cannot be read */
	char **drivers;	    /* of the host of each of the plan's memdevs; NULL: none is bound */
	size_t nr_drivers;
};

struct detach_outcome {
	/* 0; what a step returned; -ETIME: a step has not returned, or no process detached
	 * anything; -EINTR: as of watch_run() */
	int rc;
	struct detach_view after; /* once nothing that was to be detached is attached */
	/* Of a handover, once the other driver was bound, which may attach the memory itself. It
	 * has the modules (snapshot_take()), and no addresses. */
	struct detach_view handed;
};

/**
 * detach_run() - do the plan's steps, and observe the machine once they have returned
 * @before: the machine before them
 * @watch: open; has what was observed meanwhile
 * @timeout_us: for all steps together
 * @progress: called now and then during a step, and with NULL once all are over; may be NULL
 * @outcome: released with detach_outcome_release()
 */
void detach_run(const struct plan *plan, const struct snapshot *before, struct watch *watch,
		uint64_t timeout_us, void (*progress)(const struct step *step, uint64_t us),
		struct detach_outcome *outcome);

/**
 * detach_wait() - wait until another process has detached the named memdevs, and observe the
 * machine
 *
 * As detach_run(); @outcome->rc is -ETIME if none did within @timeout_us.
 */
void detach_wait(const struct plan *plan, const struct snapshot *before, struct watch *watch,
		 uint64_t timeout_us, struct detach_outcome *outcome);

/** detach_observation() - what was seen as a value to verify; good as long as @view is */
struct observation detach_observation(const struct detach_view *view);

void detach_outcome_release(struct detach_outcome *outcome);

#endif
