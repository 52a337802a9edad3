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

/*
 * Private to the worker (worker.h): the process that runs the steps, its requests and its replies
 */

/* No name in sysfs is longer. */
#define NAME_SIZE 256

/*
 * The current step, from 1; 0: none; GIVEN_UP: no further step may begin. Both processes share it.
 */
struct worker_shared {
	_Atomic size_t at;
};

#define GIVEN_UP SIZE_MAX

/*
 * The messages between the two processes, each in one packet: a request for a step, and as a reply
 * its progress, or a line of libcxl's log. The size distinguishes the replies.
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
	bool done; /* no further reply follows */
};

struct worker_log_line {
	char owner[16], function[64], text[432];
};

/**
 * worker_process() - the whole life of the process, right after fork(2)
 * @socket: receives requests, and sends replies
 * @lock: as for worker_start()
 * @parent: the process that it works for
 */
_Noreturn void worker_process(int socket, int lock, pid_t parent, struct worker_shared *shared,
			      enum prepare prepare);

#endif
