// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>

#include "cxl/report/journald-event.h"
#include "util/cleanup.h"
#include "util/journald.h"
#include "util/memory.h"
#include "util/text.h"

static const char *text_of(struct json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

/*
 * Events that took memory away, or that may have been missed, have syslog's priority "warning";
 * others have "info".
 */
static const char *priority(const char *event)
{
	return streq(event, "detached") || streq(event, "region-removed") ||
			       streq(event, "resynchronized")
		       ? "4"
		       : "6";
}

/* "mem0: attached (0000:35:00.0, sfc)" */
static char *message(const char *event, const char *device, struct json_object *report)
{
	const char *host = text_of(report, "host"), *provider = text_of(report, "provider");
	const char *reason = text_of(report, "lock_reason");

	if (!device)
		return xasprintf("%s: the kernel dropped events, and what follows is up to date",
				 event);
	if (host)
		return xasprintf("%s: %s (%s%s%s)", device, event, host, provider ? ", " : "",
				 provider ?: "");
	return xasprintf("%s: %s%s%s%s", device, event, reason ? " (lock: " : "", reason ?: "",
			 reason ? ")" : "");
}

int journald_event(int fd, struct json_object *line)
{
	struct json_object *report = json_object_object_get(line, "report");
	const char *event = text_of(line, "event");
	const char *memdev = text_of(line, "memdev"), *region = text_of(line, "region");
	_cleanup_free_ char *said = message(event, memdev ?: region, report);
	const struct journald_field fields[] = {
		{"MESSAGE", said},
		{"PRIORITY", priority(event)},
		{"SYSLOG_IDENTIFIER", "cxl-attach-monitor"},
		{"CXL_EVENT", event},
		{"CXL_MEMDEV", memdev},
		{"CXL_REGION", region},
		{"CXL_HOST", text_of(report, "host")},
		{"CXL_PROVIDER", text_of(report, "provider")},
		{"CXL_MODULE", text_of(report, "module")},
		{"CXL_BUS", text_of(report, "bus")},
		{"CXL_RESOURCE", text_of(report, "resource")},
		{"CXL_SIZE", text_of(report, "size")},
		{"CXL_LOCK_REASON", text_of(report, "lock_reason")},
		{"CXL_TIME_US", text_of(line, "time_us")},
	};

	return journald_send(fd, fields, sizeof(fields) / sizeof(*fields));
}
