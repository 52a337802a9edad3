// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "attach/model/observed.h"
#include "util/memory.h"

void observed_release(struct observed *observed)
{
	for (size_t i = 0; i < observed->nr_events; i++) {
		free(observed->events[i].action);
		free(observed->events[i].device);
		free(observed->events[i].subsystem);
	}
	for (size_t i = 0; i < observed->nr_log; i++)
		free(observed->log[i].text);
	free(observed->events);
	free(observed->log);
	free(observed->steps);
	free(observed->stuck.wchan);
	free(observed->stuck.stack);
	*observed = (struct observed){0};
}

char *observed_text(const struct observed_line *lines, size_t count)
{
	size_t length = 0;
	char *text, *end;

	for (size_t i = 0; i < count; i++)
		length += strlen(lines[i].text) + 1;
	text = end = memory_check(malloc(length + 1));
	for (size_t i = 0; i < count; i++)
		end = stpcpy(stpcpy(end, lines[i].text), "\n");
	*end = '\0';
	return text;
}

uint64_t observed_begun(const struct observed *observed)
{
	if (observed->nr_steps > 0 && observed->steps[0].begun_us)
		return observed->steps[0].begun_us;
	return observed->nr_events > 0 ? observed->events[0].us : 0;
}

const struct observed_event *observed_find(const struct observed *observed, const char *action,
					   const char *device)
{
	for (size_t i = 0; i < observed->nr_events; i++) {
		if (strcmp(observed->events[i].action, action) == 0 &&
		    strcmp(observed->events[i].device, device) == 0)
			return &observed->events[i];
	}
	return NULL;
}
