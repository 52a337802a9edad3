// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attach/act/do-step.h"
#include "attach/act/libcxl-attach.h"
#include "attach/act/lock.h"
#include "attach/act/worker.h"
#include "attach/act/write-step.h"
#include "attach/model/observed.h"
#include "attach/model/step.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/debug.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/test-point.h"

/* No name in sysfs is longer. */
#define NAME_SIZE 256

/* Which step it is at, from 1; 0: none; GIVEN_UP: it is to begin no more. Both processes have it.
 */
struct shared {
	_Atomic size_t at;
};

#define GIVEN_UP SIZE_MAX

struct worker {
	pid_t pid;
	int socket;
	struct shared *shared;
	struct step_result *steps;
	size_t nr_steps;
	bool busy;
	bool prepares; /* before its first step it enumerates, and may be in the kernel */
};

/* The process itself */
struct working {
	int socket, lock; /* @lock: 0: none */
	pid_t parent;
	struct shared *shared;
	struct step_log log;
	struct cxl_ctx *prepared; /* for the first step; NULL: none */
};

/*
 * What the two say to each other, each in one packet: a step; and then how it goes, or a line of
 * libcxl's log, which are told apart by their size
 */
struct request {
	enum step_action action;
	bool on, if_there, last;
	bool has_bus, has_driver, has_device;
	char bus[NAME_SIZE], driver[NAME_SIZE], device[NAME_SIZE];
	struct worker_terms terms;
};

struct reply {
	size_t step;
	struct step_result how;
	bool done; /* it is the last one */
};

struct log_line {
	char owner[16], function[64], text[432];
};

/*
 * Nobody who waits for the end of the program's output is to wait for a process that is stuck in
 * the kernel. The socket becomes the first after the standard ones; then comes the lock.
 */
static void let_go(struct working *working)
{
	int nothing = open("/dev/null", O_RDWR);
	int socket = fcntl(working->socket, F_DUPFD_CLOEXEC, STDERR_FILENO + 3);
	int lock = working->lock ? fcntl(working->lock, F_DUPFD_CLOEXEC, STDERR_FILENO + 3) : -1;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(nothing, fd);
	working->socket = dup3(socket, STDERR_FILENO + 1, O_CLOEXEC);
	working->lock = lock < 0 ? 0 : dup3(lock, STDERR_FILENO + 2, O_CLOEXEC);
	close_range((unsigned int)(working->lock ?: working->socket) + 1, ~0U, 0);
}

/*
 * May that step begin? Whoever gives up and whoever begins agree on which of the two came first. A
 * process whose parent has ended has another one.
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

static void tell(int socket, const struct reply *reply)
{
	/* Where nobody listens any more, no other step begins: may_begin() */
	if (send(socket, reply, sizeof(*reply), MSG_NOSIGNAL) < 0)
		errno = 0;
}

static void tell_line(void *data, const char *owner, const char *function, const char *text)
{
	const int *socket = data;
	struct log_line line;

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

static struct step step_of(const struct request *request)
{
	return (struct step){
		.action = request->action,
		.bus = request->has_bus ? request->bus : NULL,
		.driver = request->has_driver ? request->driver : NULL,
		.device = request->has_device ? request->device : NULL,
		.on = request->on,
		.if_there = request->if_there,
	};
}

/* Does one step; false if there is no use in going on */
static bool work_on(struct working *working, const struct request *request, struct reply *reply)
{
	struct step step = step_of(request);
	char point[32];

	if (!may_begin(working, reply->step))
		_exit(0);
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
	 * Where there is no such file, there is no CXL bus, and nothing to wait for. Also when it
	 * was given up: the lock is to be held as long as the kernel is at work.
	 */
	if (request->terms.flush)
		cxl_flush_detach();
	snprintf(point, sizeof(point), "step-%zu", reply->step);
	test_point_in_child(point);
	return reply->how.rc == 0 || step_may_fail(&step);
}

/* Again, without a word in between: whoever listens takes up time that the others should have. */
static void work_again(struct working *working, const struct request *requests,
		       struct reply *replies, size_t count)
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

/* How all went that was begun; with the last of it, that nothing more comes */
static void tell_end(int socket, struct reply *replies, size_t count)
{
	size_t begun = 1;

	while (begun < count && replies[begun].how.begun_us)
		begun++;
	replies[begun - 1].done = true;
	for (size_t i = 0; i < begun; i++)
		tell(socket, &replies[i]);
}

static void work_all(struct working *working, const struct request *requests, size_t count)
{
	const struct worker_terms *terms = &requests[0].terms;
	_cleanup_free_ struct reply *replies = memory_check(calloc(count, sizeof(*replies)));

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

/* The steps up to the one that is the last; false if nobody sends any */
static bool receive(int socket, struct request **requests, size_t *count)
{
	struct request *request;

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

/* Where the scheduler does not let it, it goes on as anybody else; see worker_cpu(). */
static void take_place(const struct worker_terms *terms, const cpu_set_t *everywhere)
{
	const struct sched_param param = {.sched_priority = terms->priority};
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET((size_t)terms->cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), terms->priority ? &cpus : everywhere);
	sched_setscheduler(0, terms->priority ? SCHED_FIFO : SCHED_OTHER, &param);
}

static void work(struct working working, enum prepare prepare)
{
	struct request *requests;
	cpu_set_t everywhere;
	size_t count;

	let_go(&working);
	working.log = (struct step_log){tell_line, &working.socket};
	if (working.lock)
		command_lock_note(working.lock, NULL);
	CPU_ZERO(&everywhere);
	sched_getaffinity(0, sizeof(everywhere), &everywhere);
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

static pid_t start(int socket, struct shared *shared, enum prepare prepare, int lock)
{
	struct working working = {
		.socket = socket, .lock = lock, .parent = getpid(), .shared = shared};
	pid_t pid = fork();

	if (pid == 0)
		work(working, prepare);
	return pid;
}

struct worker *worker_start(enum prepare prepare, int lock)
{
	struct worker *worker;
	struct shared *shared;
	int sockets[2], error;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return NULL;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	pid = shared == MAP_FAILED ? -1 : start(sockets[1], shared, prepare, lock);
	error = errno;
	close(sockets[1]);
	if (pid < 0) {
		close(sockets[0]);
		if (shared != MAP_FAILED)
			munmap(shared, sizeof(*shared));
		errno = error;
		return NULL;
	}
	worker = memory_check(calloc(1, sizeof(*worker)));
	worker->pid = pid;
	worker->socket = sockets[0];
	worker->shared = shared;
	worker->prepares = prepare != PREPARE_NOTHING;
	return worker;
}

static bool put(char *to, bool *has, const char *text)
{
	*has = text != NULL;
	if (text && strlen(text) >= NAME_SIZE)
		return false;
	strcpy(to, text ?: "");
	return true;
}

static int give(struct worker *worker, const struct step *steps, size_t count,
		const struct worker_terms *terms)
{
	free(worker->steps);
	worker->steps = memory_check(calloc(count + 1, sizeof(*worker->steps)));
	worker->nr_steps = count;
	worker->busy = count > 0;
	atomic_store(&worker->shared->at, 0);
	for (size_t i = 0; i < count; i++) {
		struct request request = {
			.action = steps[i].action,
			.on = steps[i].on,
			.if_there = steps[i].if_there,
			.last = i + 1 == count,
			.terms = *terms,
		};

		if (!put(request.bus, &request.has_bus, steps[i].bus) ||
		    !put(request.driver, &request.has_driver, steps[i].driver) ||
		    !put(request.device, &request.has_device, steps[i].device))
			return -ENAMETOOLONG;
		if (TEMP_FAILURE_RETRY(
			    send(worker->socket, &request, sizeof(request), MSG_NOSIGNAL)) < 0)
			return -EPIPE;
	}
	return 0;
}

int worker_do(struct worker **worker, const struct step *steps, size_t count,
	      const struct worker_terms *terms)
{
	int rc = *worker ? give(*worker, steps, count, terms) : -EPIPE;

	/* Nothing has been done yet: it begins when it has all of the steps. */
	if (rc == -EPIPE) {
		worker_end(*worker);
		*worker = worker_start(PREPARE_NOTHING, terms->lock);
		if (!*worker)
			return -errno;
		rc = give(*worker, steps, count, terms);
	}
	if (rc < 0) {
		worker_end(*worker);
		*worker = NULL;
	}
	return rc;
}

int worker_cpu(void)
{
	const struct sched_param first = {.sched_priority = 1}, other = {0};
	cpu_set_t cpus;
	int last = -ENODEV;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0 ||
	    sched_setscheduler(0, SCHED_FIFO, &first) < 0)
		return -errno;
	sched_setscheduler(0, SCHED_OTHER, &other);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (CPU_ISSET((size_t)i, &cpus))
			last = i;
	}
	return last;
}

int worker_fd(const struct worker *worker)
{
	return worker->socket;
}

static void note(struct step_result *step, const struct step_result *how)
{
	uint64_t begun_us = step->begun_us ?: how->begun_us;

	*step = *how;
	step->begun_us = begun_us;
}

int worker_poll(struct worker *worker)
{
	union {
		struct reply reply;
		struct log_line line;
	} news;

	while (worker->busy) {
		ssize_t got =
			TEMP_FAILURE_RETRY(recv(worker->socket, &news, sizeof(news), MSG_DONTWAIT));

		if (got < 0 && errno == EAGAIN)
			return 0;
		if (got == sizeof(news.line)) {
			debug_print(news.line.owner, news.line.function, news.line.text);
			continue;
		}
		if (got != sizeof(news.reply))
			return -ECHILD;
		if (news.reply.step < worker->nr_steps)
			note(&worker->steps[news.reply.step], &news.reply.how);
		worker->busy = !news.reply.done;
	}
	return 1;
}

const struct step_result *worker_steps(const struct worker *worker)
{
	return worker->steps;
}

size_t worker_current(const struct worker *worker)
{
	size_t i = 0;

	while (i + 1 < worker->nr_steps && worker->steps[i + 1].begun_us)
		i++;
	return i;
}

pid_t worker_pid(const struct worker *worker)
{
	return worker->pid;
}

bool worker_is_running(const struct worker *worker)
{
	_cleanup_free_ char *file = xasprintf("/proc/%d/stat", (int)worker->pid);
	char text[SYSFS_ATTR_MAX];
	const char *name_end = NULL;

	/* Its name, in parentheses, can have any character in it. */
	if (sysfs_read(AT_FDCWD, file, text, sizeof(text)) > 0)
		name_end = strrchr(text, ')');
	return name_end && strncmp(name_end, ") R", 3) == 0;
}

size_t worker_give_up(struct worker *worker)
{
	size_t at = atomic_exchange(&worker->shared->at, GIVEN_UP);

	return at == GIVEN_UP || at == 0 ? worker_current(worker) : at - 1;
}

void worker_dismiss(struct worker *worker)
{
	if (worker)
		shutdown(worker->socket, SHUT_WR);
}

void worker_end(struct worker *worker)
{
	if (!worker)
		return;
	if (worker->busy)
		worker_give_up(worker);
	close(worker->socket);
	munmap(worker->shared, sizeof(*worker->shared));
	/* What it enumerates is for nothing, and can be waiting for the kernel. */
	if (worker->prepares && !worker->steps)
		kill(worker->pid, SIGKILL);
	/* One that has been killed is among those that never say that they are done. */
	TEMP_FAILURE_RETRY(
		waitpid(worker->pid, NULL, worker->busy || !worker->steps ? WNOHANG : 0));
	free(worker->steps);
	free(worker);
}
