/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_OBSERVED_H
#define ATTACH_MODEL_OBSERVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What was observed while steps were done: the kernel's events, its log, and how the steps went.
 * Times are microseconds of CLOCK_MONOTONIC.
 */

/* How one step went */
struct step_result {
	uint64_t begun_us; /* 0: it has not begun */
	/*
	 * 0: it has not returned. The kernel's detach work counts where libcxl waits for it, which
	 * is after whatever it disables; else it does not.
	 */
	uint64_t ended_us;
	int rc; /* 0 or a negative errno, once it has ended */
};

struct observed_event {
	uint64_t us;  /* when it was received, which is soon after it happened */
	char *action; /* remove, unbind, ... */
	char *device;
	char *subsystem;
};

struct observed_line {
	char *text;
	const char *splat; /* which kind of kernel report begins here; or NULL */
};

/* A step that did not return in time: where its process is */
struct observed_stuck {
	pid_t pid;
	size_t step;
	char *wchan; /* NULL where it cannot be read */
	char *stack;
};

struct observed {
	struct observed_event *events;
	size_t nr_events;
	struct observed_line *log; /* of the kernel, since the beginning */
	size_t nr_log;
	bool lost_events; /* more came than could be kept */
	bool lost_log;
	struct step_result *steps;
	size_t nr_steps;
	struct observed_stuck stuck; /* pid 0: no step is stuck */
};

/** observed_release() - free all that was observed */
void observed_release(struct observed *observed);

/** observed_text() - these lines of the kernel log as one text, which the caller frees */
char *observed_text(const struct observed_line *lines, size_t count);

/** observed_begun() - when the first step began; without steps, when the first event came; else 0
 */
uint64_t observed_begun(const struct observed *observed);

/** observed_find() - the first event of that device, or NULL */
const struct observed_event *observed_find(const struct observed *observed, const char *action,
					   const char *device);

#endif
