// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach/act/worker-process.h"
#include "attach/act/worker.h"
#include "attach/model/observed.h"
#include "attach/model/step.h"
#include "util/cleanup.h"
#include "util/cpus.h"
#include "util/debug.h"
#include "util/memory.h"
#include "util/sysfs.h"

struct worker {
	pid_t pid;
	int socket;
	struct worker_shared *shared;
	struct step_result *steps;
	size_t nr_steps;
	bool busy;
	bool prepares; /* it enumerates before its first step, and may be in the kernel */
};

static pid_t start(int socket, struct worker_shared *shared, enum prepare prepare, int lock)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		worker_process(socket, lock, parent, shared, prepare);
	return pid;
}

struct worker *worker_start(enum prepare prepare, int lock)
{
	struct worker *worker;
	struct worker_shared *shared;
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

static bool put(char *to, size_t size, bool *has, const char *text)
{
	*has = text != NULL;
	if (text && strlen(text) >= size)
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
		struct worker_request request = {
			.action = steps[i].action,
			.on = steps[i].on,
			.last = i + 1 == count,
			.terms = *terms,
		};

		if (!put(request.bus, NAME_SIZE, &request.has_bus, steps[i].bus) ||
		    !put(request.driver, NAME_SIZE, &request.has_driver, steps[i].driver) ||
		    !put(request.device, NAME_SIZE, &request.has_device, steps[i].device) ||
		    !put(request.options, STEP_OPTIONS_MAX, &request.has_options, steps[i].options))
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

	/* No step has begun: the worker begins once it has all steps. */
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
	struct cpus cpus;
	int last;

	if (sched_setscheduler(0, SCHED_FIFO, &first) < 0)
		return -errno;
	sched_setscheduler(0, SCHED_OTHER, &other);
	last = cpus_allowed(&cpus);
	if (last == 0)
		last = cpus_last(&cpus);
	cpus_release(&cpus);
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
		struct worker_reply reply;
		struct worker_log_line line;
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

	/* The name of the process, in parentheses, can contain any character. */
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
	/*
	 * The result of its enumeration is not needed, and the enumeration may wait for the kernel.
	 */
	if (worker->prepares && !worker->steps)
		kill(worker->pid, SIGKILL);
	/* A killed worker never reports that it is done. */
	TEMP_FAILURE_RETRY(
		waitpid(worker->pid, NULL, worker->busy || !worker->steps ? WNOHANG : 0));
	free(worker->steps);
	free(worker);
}
