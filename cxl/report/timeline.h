/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_TIMELINE_H
#define CXL_REPORT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct observed;
struct plan;

/* How long each device lasted, and the exposure: what is drawn, as values */

struct timeline_bar {
	const char *name;     /* of the device; or "exposure" */
	const char *what;     /* the event by which it ended: remove, unbind */
	uint64_t from, until; /* in microseconds, since the first step began */
	bool is_exposure;
};

struct timeline {
	struct timeline_bar *bars;
	size_t count;
	uint64_t end; /* when the last event came; all bars end before it */
	/* Why the exposure has no bar; NULL: it has one, or there is nothing to say of it */
	const char *no_exposure;
};

/**
 * timeline_of() - the timeline of what was observed; released with timeline_release()
 * @plan: NULL: the exposure is not asked for
 *
 * Its texts are those of @observed.
 */
void timeline_of(const struct plan *plan, const struct observed *observed,
		 struct timeline *timeline);

void timeline_release(struct timeline *timeline);

#endif
