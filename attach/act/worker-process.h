/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_WORKER_PROCESS_H
#define ATTACH_ACT_WORKER_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "attach/act/do-step.h"
#include "attach/act/worker-terms.h"
#include "attach/model/observed.h"
#include "attach/model/step.h"

/* Private to the worker (worker.h): the process that does the steps, and what it is told and tells
 */

/* No name in sysfs is longer. */
#define NAME_SIZE 256

/* Which step it is at, from 1; 0: none; GIVEN_UP: it is to begin no more. Both processes have it.
 */
struct worker_shared {
	_Atomic size_t at;
};

#define GIVEN_UP SIZE_MAX

/*
 * What the two say to each other, each in one packet: a step; and then how it goes, or a line of
 * libcxl's log, which are told apart by their size
 */
struct worker_request {
	enum step_action action;
	bool on, last;
	bool has_bus, has_driver, has_device, has_options;
	char bus[NAME_SIZE], driver[NAME_SIZE], device[NAME_SIZE], options[STEP_OPTIONS_MAX];
	struct worker_terms terms;
};

struct worker_reply {
	size_t step;
	struct step_result how;
	bool done; /* it is the last one */
};

struct worker_log_line {
	char owner[16], function[64], text[432];
};

/**
 * worker_process() - the whole life of the process, right after fork(2)
 * @socket: where requests come from, and replies go to
 * @lock: as of worker_start()
 * @parent: the process that it works for
 */
_Noreturn void worker_process(int socket, int lock, pid_t parent, struct worker_shared *shared,
			      enum prepare prepare);

#endif
