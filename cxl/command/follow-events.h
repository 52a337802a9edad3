/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_FOLLOW_EVENTS_H
#define CXL_COMMAND_FOLLOW_EVENTS_H

#include <stdint.h>

/*
 * The kernel's events for --follow. A thread receives them all the time: the kernel keeps some
 * hundred for a process that does not receive them, and drops the others, while an observation of a
 * large machine takes longer than that many events. What is kept is small and has a fixed size.
 */

enum followed_kind {
	FOLLOWED_REMOVED, /* a memdev or a region is gone */
	FOLLOWED_BOUND,	  /* a memdev or a region has got its driver */
	FOLLOWED_LOST,	  /* events were dropped here */
	FOLLOWED_CHANGED, /* any number of other events; after all events of the kinds above */
};

struct followed {
	enum followed_kind kind;
	char device[36];
	uint64_t seqnum;
};

struct follow_events;

/** follow_events_start() - begin to receive; NULL with errno set if that is not possible */
struct follow_events *follow_events_start(void);

/**
 * follow_events_next() - return the next event
 * @timeout_us: how long to wait for it; UINT64_MAX: without a limit
 *
 * Return: 1; 0 if none came in time; or a negative errno if no further events can be received.
 */
int follow_events_next(struct follow_events *events, uint64_t timeout_us, struct followed *event);

/** follow_events_observe() - drop FOLLOWED_CHANGED: the observation that begins shows the change */
void follow_events_observe(struct follow_events *events);

/** follow_events_end() - stop to receive */
void follow_events_end(struct follow_events *events);

#endif
