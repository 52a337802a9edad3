// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks-detach.h"
#include "cxl/report/timeline.h"
#include "util/memory.h"

/* Is it the last event of its device that removes something? */
static bool is_end(const struct observed *observed, size_t index)
{
	const struct observed_event *event = &observed->events[index];

	if (strcmp(event->action, "remove") != 0 && strcmp(event->action, "unbind") != 0)
		return false;
	/* A port has many decoders, which are removed right before it. */
	if (strncmp(event->device, "decoder", strlen("decoder")) == 0)
		return false;
	for (size_t i = index + 1; i < observed->nr_events; i++) {
		if (strcmp(observed->events[i].device, event->device) == 0 &&
		    strcmp(observed->events[i].action, "remove") == 0)
			return false;
	}
	return true;
}

/* When the first region of a memdev was gone; UINT64_MAX: no event says it */
static uint64_t first_gone(const struct plan *plan, const struct observed *observed)
{
	uint64_t gone = UINT64_MAX;

	for (size_t i = 0; i < plan->nr_memdevs && plan->memdevs[i]->nr_regions > 0; i++) {
		const struct observed_event *event =
			observed_find(observed, "remove", plan->memdevs[i]->regions[0]->name);

		if (event && event->us < gone)
			gone = event->us;
	}
	return gone;
}

static void add_exposure(const struct plan *plan, const struct observed *observed,
			 struct timeline *timeline)
{
	uint64_t us, gone;

	if (plan_excludes_exposure(plan->method)) {
		timeline->no_exposure = "none, since the provider's own remove() runs first";
		return;
	}
	if (!detach_exposure(plan, observed, &us)) {
		timeline->no_exposure = "not measured, since an event is missing";
		return;
	}
	gone = first_gone(plan, observed);
	if (gone == UINT64_MAX)
		return;
	gone -= observed_begun(observed);
	*APPEND(timeline->bars, timeline->count) = (struct timeline_bar){
		.name = "exposure",
		.what = "region gone, provider still bound",
		.from = gone,
		.until = gone + us,
		.is_exposure = true,
	};
}

void timeline_of(const struct plan *plan, const struct observed *observed,
		 struct timeline *timeline)
{
	uint64_t begun = observed_begun(observed);
	uint64_t last =
		observed->nr_events > 0 ? observed->events[observed->nr_events - 1].us : begun;

	*timeline = (struct timeline){.end = last > begun ? last - begun : 0};
	for (size_t i = 0; i < observed->nr_events; i++) {
		const struct observed_event *event = &observed->events[i];

		if (is_end(observed, i))
			*APPEND(timeline->bars, timeline->count) = (struct timeline_bar){
				.name = event->device,
				.what = event->action,
				.until = event->us > begun ? event->us - begun : 0,
			};
	}
	if (plan)
		add_exposure(plan, observed, timeline);
}

void timeline_release(struct timeline *timeline)
{
	free(timeline->bars);
	*timeline = (struct timeline){0};
}
