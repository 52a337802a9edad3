/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_OBSERVED_H
#define ATTACH_MODEL_OBSERVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The observations during steps: the kernel's events, its log, and the results of the steps. Times
 * are microseconds of CLOCK_MONOTONIC.
 */

/* The result of one step */
struct step_result {
	uint64_t begun_us; /* 0: it has not begun */
	/*
	 * 0: it has not returned. The time includes the kernel's detach work if libcxl waits for
	 * it, which it does after each object that it disables.
	 */
	uint64_t ended_us;
	int rc; /* 0 or a negative errno, after the end */
};

struct observed_event {
	uint64_t us;  /* the time of receipt, soon after the event */
	char *action; /* remove, unbind, ... */
	char *device;
	char *subsystem;
};

struct observed_line {
	char *text;
	const char *splat; /* the kind of the kernel report that begins here; NULL: none */
};

/* A step that did not return in time, and where its process is */
struct observed_stuck {
	pid_t pid;
	size_t step;
	char *wchan; /* NULL if it cannot be read */
	char *stack;
};

struct observed {
	struct observed_event *events;
	size_t nr_events;
	struct observed_line *log; /* the kernel's log since the beginning */
	size_t nr_log;
	bool lost_events; /* more events came than could be kept */
	bool lost_log;
	struct step_result *steps;
	size_t nr_steps;
	struct observed_stuck stuck; /* pid 0: no step is stuck */
};

/** observed_release() - free all observations */
void observed_release(struct observed *observed);

/** observed_text() - return lines of the kernel log as one text, which the caller frees */
char *observed_text(const struct observed_line *lines, size_t count);

/**
 * observed_begun() - return when the first step began; without steps, the time of the first event;
 * otherwise 0
 */
uint64_t observed_begun(const struct observed *observed);

/** observed_find() - return the first event of that device, or NULL */
const struct observed_event *observed_find(const struct observed *observed, const char *action,
					   const char *device);

#endif
