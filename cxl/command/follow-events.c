// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cxl/command/follow-events.h"
#include "util/clock.h"
#include "util/memory.h"
#include "util/uevent.h"

/* If more events wait than this, they count as lost. */
#define QUEUE_MAX 8192

struct follow_events {
	struct uevent_monitor *monitor;
	pthread_t receiver;
	pthread_mutex_t mutex; /* for everything below */
	pthread_cond_t news;
	struct followed queue[QUEUE_MAX]; /* a ring */
	size_t first, count;
	bool changed;
	int error; /* of the receiver, which has ended; 0: none */
};

static void put(struct follow_events *events, enum followed_kind kind, const struct uevent *event)
{
	struct followed *last;

	/* An answer to lost events is an observation, which makes all earlier events needless. */
	if (events->count == QUEUE_MAX)
		kind = FOLLOWED_LOST;
	if (kind == FOLLOWED_LOST)
		events->count = 0;
	last = &events->queue[(events->first + events->count++) % QUEUE_MAX];
	*last = (struct followed){.kind = kind, .seqnum = event->seqnum};
	snprintf(last->device, sizeof(last->device), "%s", event->device);
}

static bool concerns(const struct uevent *event)
{
	return strncmp(event->device, "mem", strlen("mem")) == 0 ||
	       strncmp(event->device, "region", strlen("region")) == 0;
}

static void take_in(struct follow_events *events, const struct uevent *event)
{
	bool removed = strcmp(event->action, "remove") == 0;

	events->changed |= !removed;
	if (!concerns(event))
		return;
	if (removed)
		put(events, FOLLOWED_REMOVED, event);
	else if (strcmp(event->action, "bind") == 0)
		put(events, FOLLOWED_BOUND, event);
}

static int receive_one(struct follow_events *events, struct uevent *event)
{
	struct pollfd ready = {.fd = uevent_fd(events->monitor), .events = POLLIN};
	int rc = uevent_next(events->monitor, event);

	if (rc == 0)
		return poll(&ready, 1, -1) < 0 && errno != EINTR ? -errno : 0;
	pthread_mutex_lock(&events->mutex);
	if (rc > 0)
		take_in(events, event);
	else if (rc == -ENOBUFS)
		put(events, FOLLOWED_LOST, &(struct uevent){.device = ""});
	else
		events->error = rc;
	pthread_cond_signal(&events->news);
	pthread_mutex_unlock(&events->mutex);
	return rc == -ENOBUFS ? 0 : rc;
}

static void *receive(void *data)
{
	struct uevent event;

	while (receive_one(data, &event) >= 0)
		;
	return NULL;
}

struct follow_events *follow_events_start(void)
{
	static const char *const subsystems[] = {"cxl", "pci", "platform", "auxiliary", NULL};
	struct follow_events *events = memory_check(calloc(1, sizeof(*events)));

	events->monitor = uevent_open(subsystems);
	if (events->monitor) {
		pthread_mutex_init(&events->mutex, NULL);
		pthread_cond_init(&events->news, NULL);
		errno = pthread_create(&events->receiver, NULL, receive, events);
		if (errno == 0)
			return events;
		uevent_close(events->monitor);
	}
	free(events);
	return NULL;
}

static int take_out(struct follow_events *events, struct followed *event)
{
	if (events->count > 0) {
		*event = events->queue[events->first];
		events->first = (events->first + 1) % QUEUE_MAX;
		events->count--;
		return 1;
	}
	if (events->changed) {
		events->changed = false;
		*event = (struct followed){.kind = FOLLOWED_CHANGED};
		return 1;
	}
	return events->error;
}

static struct timespec after(uint64_t us)
{
	uint64_t until = clock_now() + us;

	return (struct timespec){(time_t)(until / 1000000), (long)(until % 1000000 * 1000)};
}

int follow_events_next(struct follow_events *events, uint64_t timeout_us, struct followed *event)
{
	const struct timespec until =
		timeout_us < UINT64_MAX ? after(timeout_us) : (struct timespec){0};
	int rc, waited = 0;

	pthread_mutex_lock(&events->mutex);
	while ((rc = take_out(events, event)) == 0 && waited == 0)
		waited = timeout_us < UINT64_MAX
				 ? pthread_cond_clockwait(&events->news, &events->mutex,
							  CLOCK_MONOTONIC, &until)
				 : pthread_cond_wait(&events->news, &events->mutex);
	pthread_mutex_unlock(&events->mutex);
	return rc;
}

void follow_events_observe(struct follow_events *events)
{
	pthread_mutex_lock(&events->mutex);
	events->changed = false;
	pthread_mutex_unlock(&events->mutex);
}

void follow_events_end(struct follow_events *events)
{
	pthread_cancel(events->receiver);
	pthread_join(events->receiver, NULL);
	uevent_close(events->monitor);
	free(events);
}
