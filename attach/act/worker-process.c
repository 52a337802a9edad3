// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach/act/libcxl-attach.h"
#include "attach/act/lock.h"
#include "attach/act/settings.h"
#include "attach/act/worker-process.h"
#include "attach/act/write-step.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/cpus.h"
#include "util/debug.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/test-point.h"

/* The number of attempts to send a reply, and the pause between them: memory can be short */
#define TELL_TRIES 10
#define TELL_PAUSE_US 1000

/* The state of the process */
struct working {
	int socket, lock; /* @lock is 0 if there is none */
	pid_t parent;
	struct worker_shared *shared;
	struct step_log log;
	struct cxl_ctx *prepared; /* for the first step; NULL: none */
};

/*
 * Close everything else: a reader that waits for the end of the program's output must not wait for
 * a process that is stuck in the kernel. The socket becomes the first file after the standard ones,
 * and the lock the second.
 */
static void let_go(struct working *working)
{
	int nothing = open("/dev/null", O_RDWR);
	int socket = fcntl(working->socket, F_DUPFD_CLOEXEC, STDERR_FILENO + 3);
	int lock = working->lock ? fcntl(working->lock, F_DUPFD_CLOEXEC, STDERR_FILENO + 3) : -1;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(nothing, fd);
	working->socket = dup3(socket, STDERR_FILENO + 1, O_CLOEXEC);
	if (working->lock && lock < 0)
		_exit(1); /* without the lock, another command could run at the same time */
	working->lock = lock < 0 ? 0 : dup3(lock, STDERR_FILENO + 2, O_CLOEXEC);
	if (nothing < 0 || working->socket < 0 || working->lock < 0)
		_exit(1);
	close_range((unsigned int)(working->lock ?: working->socket) + 1, ~0U, 0);
}

/*
 * Test whether the step may begin. The atomic exchange decides whether the step began before the
 * other process gave up. A process whose parent has ended gets another parent.
 */
static bool may_begin(struct working *working, size_t step)
{
	size_t at = atomic_load(&working->shared->at);

	do {
		if (at == GIVEN_UP)
			return false;
	} while (!atomic_compare_exchange_weak(&working->shared->at, &at, step + 1));
	return getppid() == working->parent;
}

/* A reply that does not arrive would look like a step that has not returned from the kernel. */
static void tell(int socket, const struct worker_reply *reply)
{
	for (int i = 0; i < TELL_TRIES; i++) {
		if (send(socket, reply, sizeof(*reply), MSG_NOSIGNAL) >= 0)
			return;
		/* Without a receiver, no further step begins: may_begin() */
		if (errno == EPIPE || errno == ECONNRESET)
			return;
		clock_wait(clock_now() + TELL_PAUSE_US);
	}
}

static void tell_line(void *data, const char *owner, const char *function, const char *text)
{
	const int *socket = data;
	struct worker_log_line line;

	snprintf(line.owner, sizeof(line.owner), "%s", owner);
	snprintf(line.function, sizeof(line.function), "%s", function);
	snprintf(line.text, sizeof(line.text), "%s", text);
	send(*socket, &line, sizeof(line), MSG_NOSIGNAL);
}

static const struct step_log *log_of(const struct working *working)
{
	return sysfs_debug ? &working->log : NULL;
}

static int do_one(struct working *working, const struct step *step,
		  const struct worker_terms *terms)
{
	struct cxl_ctx *prepared = working->prepared;

	if (terms->direct)
		return step_write(step);
	working->prepared = NULL;
	return step_do(step, prepared, log_of(working));
}

static struct step step_of(const struct worker_request *request)
{
	return (struct step){
		.action = request->action,
		.bus = request->has_bus ? request->bus : NULL,
		.driver = request->has_driver ? request->driver : NULL,
		.device = request->has_device ? request->device : NULL,
		.options = request->has_options ? request->options : NULL,
		.on = request->on,
	};
}

/*
 * The process was given up, and no other process restores the settings for its latest step. That is
 * the last completed step. If there is none, it is the first one, which worker_give_up() took for
 * begun.
 */
static void leave(const struct working *working, const struct worker_request *latest)
{
	struct step step = step_of(latest);

	if (working->lock && settings_are_needed(&step))
		settings_restore();
	_exit(0);
}

/* Run one step; return false if no further step should run */
static bool work_on(struct working *working, const struct worker_request *request,
		    struct worker_reply *reply)
{
	struct step step = step_of(request);
	char point[32];

	if (!may_begin(working, reply->step))
		leave(working, reply->step > 0 ? request - 1 : request);
	if (working->lock)
		command_lock_note(working->lock, &step);
	reply->how.begun_us = clock_now();
	if (!request->terms.quiet)
		tell(working->socket, reply);
	reply->how.rc = do_one(working, &step, &request->terms);
	reply->how.ended_us = clock_now();
	if (!request->terms.quiet)
		tell(working->socket, reply);
	/*
	 * Without this file there is no CXL bus, and no need to wait. The process also waits after
	 * it was given up, because the lock must be held as long as the kernel works.
	 */
	if (request->terms.flush)
		cxl_flush_detach();
	snprintf(point, sizeof(point), "step-%zu", reply->step);
	test_point_in_child(point);
	return reply->how.rc == 0 || step_may_fail(&step);
}

/*
 * Repeat the steps without replies: the receiver of a reply would take processor time from others.
 */
static void work_again(struct working *working, const struct worker_request *requests,
		       struct worker_reply *replies, size_t count)
{
	const struct worker_terms *terms = &requests[0].terms;

	for (size_t time = 1; clock_now() < terms->until_us; time++) {
		bool often = terms->nr_often && time % WHOLE_EVERY != 0;

		if (terms->pause_us > 0)
			clock_wait(clock_now() + terms->pause_us);
		for (size_t i = 0; i < (often ? terms->nr_often : count); i++) {
			struct step_result *how = &replies[i].how;
			struct step step = step_of(&requests[i]);

			if (!may_begin(working, i))
				_exit(0);
			how->begun_us = how->begun_us ?: clock_now();
			how->rc = do_one(working, &step, terms);
			how->ended_us = clock_now();
		}
	}
}

/* Send the results of all steps that began; the last result says that no more follow */
static void tell_end(int socket, struct worker_reply *replies, size_t count)
{
	size_t begun = 1;

	while (begun < count && replies[begun].how.begun_us)
		begun++;
	replies[begun - 1].done = true;
	for (size_t i = 0; i < begun; i++)
		tell(socket, &replies[i]);
}

static void work_all(struct working *working, const struct worker_request *requests, size_t count)
{
	const struct worker_terms *terms = &requests[0].terms;
	_cleanup_free_ struct worker_reply *replies = memory_check(calloc(count, sizeof(*replies)));

	if (terms->start_us > 0)
		clock_wait(terms->start_us);
	for (size_t i = 0; i < count; i++)
		replies[i].step = i;
	for (size_t i = 0; i < count; i++) {
		if (!work_on(working, &requests[i], &replies[i]) && !terms->until_us)
			break;
	}
	if (terms->until_us)
		work_again(working, requests, replies, count);
	tell_end(working->socket, replies, count);
}

/* Receive the steps up to the last one; false if the sender is gone */
static bool receive(int socket, struct worker_request **requests, size_t *count)
{
	struct worker_request *request;

	*requests = NULL;
	*count = 0;
	do {
		request = APPEND(*requests, *count);
		if (TEMP_FAILURE_RETRY(recv(socket, request, sizeof(*request), 0)) !=
		    sizeof(*request))
			return false;
	} while (!request->last);
	return true;
}

/* If the scheduler refuses the priority, continue with the normal one; see worker_cpu(). */
static void take_place(const struct worker_terms *terms, const struct cpus *everywhere)
{
	const struct sched_param param = {.sched_priority = terms->priority};

	if (terms->priority)
		cpus_keep_to_one(terms->cpu);
	else
		cpus_keep_to(everywhere);
	sched_setscheduler(0, terms->priority ? SCHED_FIFO : SCHED_OTHER, &param);
}

void worker_process(int socket, int lock, pid_t parent, struct worker_shared *shared,
		    enum prepare prepare)
{
	struct working working = {
		.socket = socket, .lock = lock, .parent = parent, .shared = shared};
	struct worker_request *requests;
	struct cpus everywhere = {0};
	size_t count;

	/* Only the parent ends this process, because a signal from the terminal goes to both. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	let_go(&working);
	working.log = (struct step_log){tell_line, &working.socket};
	if (working.lock)
		command_lock_note(working.lock, NULL);
	cpus_allowed(&everywhere);
	working.prepared = step_prepare(prepare, log_of(&working));
	while (receive(working.socket, &requests, &count)) {
		if (requests[0].terms.priority)
			take_place(&requests[0].terms, &everywhere);
		work_all(&working, requests, count);
		if (requests[0].terms.priority)
			take_place(&(struct worker_terms){0}, &everywhere);
		free(requests);
	}
	_exit(0);
}
