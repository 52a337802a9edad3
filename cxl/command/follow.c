// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attach/model/snapshot.h"
#include "attach/read/pci-device.h"
#include "attach/read/take.h"
#include "attach/read/unbound-regions.h"
#include "attach/reason/evidence.h"
#include "cxl/command/command.h"
#include "cxl/command/follow-events.h"
#include "cxl/command/follow.h"
#include "cxl/command/listing.h"
#include "cxl/command/messages.h"
#include "cxl/report/journald-event.h"
#include "cxl/report/report.h"
#include "util/clock.h"
#include "util/interrupt.h"
#include "util/journald.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/unread.h"

/*
 * A device that has been printed as present. Its removal is known from its uevent, and is printed
 * even if the device has returned in the meantime. A new device is known from an observation of the
 * machine. An event only triggers the observation.
 */
struct known {
	char *name;	    /* mem0, region0 */
	const char *appear; /* the names of the two events */
	const char *vanish;
	uint64_t since; /* events up to this number precede the observation that found the device */
	bool seen;	/* by the latest observation */
	/* Its report when it was printed, which a removal in systemd-journald repeats */
	struct json_object *report;
};

struct following {
	const char *command; /* the name in messages */
	const struct listing_options *options;
	struct known *known;
	size_t nr_known;
	bool stale;	 /* the machine may have changed since the latest observation */
	bool paused;	 /* no event has come for unbound_regions_pause() */
	bool unanswered; /* the kernel did not answer the latest observation */
	struct follow_events *events;
	struct unbound_regions unbound;
	uint64_t seqnum;   /* of the last event before the latest observation */
	const char *first; /* the name of the events for the first observation; NULL later */
	int rc;		   /* the latest error of printing */
	int journald;	   /* the socket of systemd-journald; -1: print to stdout */
};

/* @report, which may be NULL, becomes part of the line. */
static void print_event(struct following *following, const char *event, const char *key,
			const char *name, struct json_object *report)
{
	struct json_object *line = json_new_object();
	int rc;

	json_add_string(line, "event", event);
	json_add_number(line, "time_us", clock_today());
	if (key)
		json_add_string(line, key, name);
	if (report)
		json_add(line, "report", report);
	if (following->journald < 0) {
		rc = json_print_line(line);
	} else {
		rc = journald_event(following->journald, line);
		json_object_put(line);
	}
	if (rc < 0)
		following->rc = rc;
}

static const char *key_of(const char *name)
{
	return strncmp(name, "mem", 3) == 0 ? "memdev" : "region";
}

static struct known *find(const struct following *following, const char *name)
{
	for (size_t i = 0; i < following->nr_known; i++) {
		if (strcmp(following->known[i].name, name) == 0)
			return &following->known[i];
	}
	return NULL;
}

static void forget(struct following *following, struct known *known)
{
	print_event(following, known->vanish, key_of(known->name), known->name, known->report);
	free(known->name);
	*known = following->known[--following->nr_known];
}

static struct known *learn(struct following *following, const char *name)
{
	bool memdev = strcmp(key_of(name), "memdev") == 0;
	struct known *known = APPEND(following->known, following->nr_known);

	known->name = memory_check(strdup(name));
	known->appear = memdev ? "attached" : "region-appeared";
	known->vanish = memdev ? "detached" : "region-removed";
	known->since = following->seqnum;
	return known;
}

static void see(struct following *following, const char *name, struct json_object *report)
{
	struct known *known = find(following, name);

	if (known) {
		json_object_put(report);
	} else {
		known = learn(following, name);
		if (following->journald >= 0)
			known->report = json_object_get(report);
		print_event(following, following->first ?: known->appear, key_of(name), name,
			    report);
	}
	known->seen = true;
}

static struct json_object *report(const struct following *following,
				  const struct attach_answers *answers,
				  const struct snapshot_memdev *memdev)
{
	struct json_object *json = report_memdev(answers, memdev, following->options->human);

	if (following->options->verbose)
		report_add_evidence(json, attach_of_memdev(answers, memdev));
	return json;
}

static void see_memdevs(struct following *following, const struct attach_answers *answers)
{
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &snapshot->memdevs[i];

		if (attach_of_memdev(answers, memdev)->state == ATTACH_ATTACHED &&
		    filter_passes_memdev(&following->options->filter, memdev))
			see(following, memdev->name, report(following, answers, memdev));
	}
}

/* A region counts once it is committed: before that it has no address. */
static void see_regions(struct following *following, const struct attach_answers *answers)
{
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		const struct snapshot_region *region = &snapshot->regions[i];

		if (region->committed == FLAG_YES &&
		    filter_passes_region(&following->options->filter, region))
			see(following, region->name,
			    report_region(answers, region, following->options->human));
	}
}

/* Print what is different from what was printed before */
static void compare(struct following *following, struct snapshot *snapshot)
{
	struct attach_answers answers;

	for (size_t i = 0; i < following->nr_known; i++)
		following->known[i].seen = false;
	if (following->options->verbose)
		snapshot_read_pci_devices(snapshot);
	attach_infer(snapshot, &answers);
	see_regions(following, &answers);
	see_memdevs(following, &answers);
	attach_answers_release(&answers);
	for (size_t i = following->nr_known; i-- > 0;) {
		if (!following->known[i].seen)
			forget(following, &following->known[i]);
	}
	following->first = NULL;
	following->unanswered = false;
}

/* The kernel does not answer: say so once, and observe again after a pause. */
static int put_off(struct following *following)
{
	if (!following->unanswered)
		say_unread(following->command);
	following->unanswered = following->stale = true;
	unread_forget();
	return 0;
}

/* While a region is assembled, the observation is put off. */
static int observe(struct following *following)
{
	struct snapshot snapshot;
	int rc;

	follow_events_observe(following->events);
	rc = unbound_regions_read(ROOT_LIVE, following->paused, &following->unbound);
	following->stale = rc > 0;
	if (rc != 0)
		return rc > 0 ? 0 : rc;
	following->seqnum = sysfs_read_number(AT_FDCWD, "/sys/kernel/uevent_seqnum");
	rc = snapshot_take(ROOT_LIVE, &snapshot);
	if (rc < 0)
		return rc;
	/* A device that could not be read would look like one that is gone. */
	rc = unread_error();
	if (rc == 0)
		compare(following, &snapshot);
	snapshot_release(&snapshot);
	return rc == -EDEADLK ? put_off(following) : rc;
}

/* Print a line that tells the reader that changes may have been missed */
static int resynchronize(struct following *following)
{
	print_event(following, "resynchronized", NULL, NULL, NULL);
	return observe(following);
}

/*
 * A region or memdev that gets its driver is complete, and may be gone at the next observation.
 * Other events only need one observation after the last, and there can be hundreds.
 */
static int handle(struct following *following, const struct followed *event)
{
	struct known *known = find(following, event->device);

	switch (event->kind) {
	case FOLLOWED_REMOVED:
		if (known && event->seqnum > known->since)
			forget(following, known);
		return following->stale ? observe(following) : 0;
	case FOLLOWED_BOUND:
		return known && !following->stale ? 0 : observe(following);
	case FOLLOWED_LOST:
		return resynchronize(following);
	case FOLLOWED_CHANGED:
		break;
	}
	return observe(following);
}

static int watch(struct following *following)
{
	int rc = observe(following);

	while (rc >= 0 && following->rc == 0) {
		struct followed event;

		rc = follow_events_next(following->events,
					following->stale ? unbound_regions_pause() : UINT64_MAX,
					&event);
		following->paused = rc == 0;
		if (rc >= 0)
			rc = rc > 0 ? handle(following, &event) : observe(following);
	}
	return rc < 0 ? rc : following->rc;
}

static void release(struct following *following)
{
	for (size_t i = 0; i < following->nr_known; i++) {
		free(following->known[i].name);
		json_object_put(following->known[i].report);
	}
	free(following->known);
	follow_events_end(following->events);
	unbound_regions_release(&following->unbound);
	if (following->journald >= 0)
		close(following->journald);
}

int follow(const char *command, const struct listing_options *options, bool to_journald)
{
	struct following following = {
		.command = command, .options = options, .first = "present", .journald = -1};
	int rc;

	if (to_journald && (following.journald = journald_open()) < 0) {
		fprintf(stderr, "%s: cannot reach systemd-journald: %s\n", command,
			strerror(-following.journald));
		return EXIT_CANNOT;
	}
	following.events = follow_events_start();
	if (!following.events) {
		fprintf(stderr, "%s: cannot listen to the kernel's events: %s\n", command,
			strerror(errno));
		return EXIT_CANNOT;
	}
	interrupt_ends(command, "nothing was changed");
	rc = watch(&following);
	say_unread(command);
	fprintf(stderr, "%s: cannot go on: %s\n", command, strerror(-rc));
	release(&following);
	return EXIT_FAILED;
}
