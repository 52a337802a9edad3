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

/* Carry out a plan, or wait until another process detaches, and observe the machine afterwards. */

/* The machine at one time */
struct detach_view {
	bool is_observed; /* the snapshot and the drivers are known */
	struct snapshot snapshot;
	struct iomem iomem; /* empty if the addresses cannot be read */
	char **drivers;	    /* the driver of each memdev's host; NULL: none is bound */
	size_t nr_drivers;
};

struct detach_outcome {
	/*
	 * 0; the error of a step; -ETIME: a step has not returned, or no process detached anything;
	 * -EINTR: as from watch_run()
	 */
	int rc;
	struct detach_view after; /* after everything that was to be detached is detached */
	/*
	 * Of a handover, after the other driver was bound, which may attach the memory itself. It
	 * has the modules (snapshot_take()), but no addresses.
	 */
	struct detach_view handed;
};

/**
 * detach_run() - run the plan's steps, and observe the machine once they have returned
 * @before: the machine before the steps
 * @watch: open; has the observations since it was opened
 * @timeout_us: for all steps together
 * @progress: called repeatedly during a step, and with NULL after all steps; may be NULL
 * @outcome: released with detach_outcome_release()
 */
void detach_run(const struct plan *plan, const struct snapshot *before, struct watch *watch,
		uint64_t timeout_us, void (*progress)(const struct step *step, uint64_t us),
		struct detach_outcome *outcome);

/**
 * detach_wait() - wait until another process has detached the named memdevs, and observe the
 * machine
 *
 * As detach_run(). @outcome->rc is -ETIME if no process detached them within @timeout_us.
 */
void detach_wait(const struct plan *plan, const struct snapshot *before, struct watch *watch,
		 uint64_t timeout_us, struct detach_outcome *outcome);

/** detach_observation() - return the view as a value to verify; valid as long as @view is */
struct observation detach_observation(const struct detach_view *view);

void detach_outcome_release(struct detach_outcome *outcome);

#endif
