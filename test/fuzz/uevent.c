// SPDX-License-Identifier: GPL-2.0-only
/*
 * A uevent, as the kernel sends it: lines that end in null bytes. It is a fault if one of these
 * does not hold:
 *
 * - action, device and subsystem are in the text; the device is a name, not a path
 * - a line with another key changes nothing
 */
#include <stdlib.h>
#include <string.h>

#include "test/fuzz/target.h"
#include "util/memory.h"
#include "util/uevent.h"

static void check_text(const struct uevent *event, size_t size, const char *text)
{
	if (*text && (text < event->text || text + strlen(text) > event->text + size))
		fuzz_fault("not in the event", text);
}

static struct uevent *parse(const char *text, size_t size, const char *more, size_t more_size)
{
	struct uevent *event = memory_check(calloc(1, sizeof(*event)));

	*(char *)mempcpy(mempcpy(event->text, text, size), more, more_size) = '\0';
	uevent_parse(event, size + more_size);
	return event;
}

static void run(const char *text, size_t size)
{
	static const char other[] = "\0CXL_FUZZ=1";
	struct uevent *event, *same;

	/* uevent_next() has no room for the additional text */
	if (size + sizeof(other) > sizeof(event->text))
		return;
	event = parse(text, size, "", 0);
	check_text(event, size, event->action);
	check_text(event, size, event->device);
	check_text(event, size, event->subsystem);
	if (strchr(event->device, '/'))
		fuzz_fault("device", event->device);
	same = parse(text, size, other, sizeof(other));
	if (strcmp(event->action, same->action) != 0 || strcmp(event->device, same->device) != 0 ||
	    strcmp(event->subsystem, same->subsystem) != 0 || event->seqnum != same->seqnum)
		fuzz_fault("changed by another line", event->device);
	free(event);
	free(same);
}

const struct fuzz_target uevent_target = {"uevent", NULL, run};
