// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attach/act/watch.h"
#include "attach/act/worker.h"
#include "attach/model/observed.h"
#include "attach/model/step.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/interrupt.h"
#include "util/kmsg.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/uevent.h"

/* The time between two calls of a progress function */
#define PROGRESS_US 200000

/*
 * The time that an interrupted command gives the current step in the kernel: most steps take less.
 */
#define INTERRUPTED_US 1000000

int watch_open(struct watch *watch, struct worker *worker, const char **what)
{
	/* The subsystems of CXL devices, of hosts, and of devices that providers register */
	static const char *const subsystems[] = {
		"cxl", "dax",	"pci",	      "platform", "auxiliary", "net", "block",
		"drm", "sound", "infiniband", "vfio-dev", "module",    NULL};
	int rc;

	*watch = (struct watch){.worker = worker};
	*what = "the kernel's events";
	watch->monitor = uevent_open(subsystems);
	if (watch->monitor) {
		*what = "the kernel log";
		watch->kmsg = kmsg_open();
	}
	if (watch->kmsg)
		return 0;
	rc = -errno;
	watch_close(watch);
	return rc;
}

void watch_forget(struct watch *watch)
{
	observed_release(&watch->observed);
	*watch = (struct watch){.monitor = watch->monitor,
				.kmsg = watch->kmsg,
				.worker = watch->worker,
				.deaf = watch->deaf,
				.lock = watch->lock,
				.grain_us = watch->grain_us};
}

void watch_close(struct watch *watch)
{
	watch_forget(watch);
	worker_end(watch->worker);
	if (watch->monitor)
		uevent_close(watch->monitor);
	kmsg_close(watch->kmsg);
	*watch = (struct watch){0};
}

static char *copy(const char *text)
{
	return memory_check(strdup(text ?: ""));
}

static void add_event(struct watch *watch, const struct uevent *event)
{
	*APPEND(watch->observed.events, watch->observed.nr_events) = (struct observed_event){
		.us = event->us,
		.action = copy(event->action),
		.device = copy(event->device),
		.subsystem = copy(event->subsystem),
	};
}

void watch_note(struct watch *watch, const char *action, const char *device)
{
	add_event(watch, &(struct uevent){.us = clock_now(),
					  .action = action,
					  .device = device,
					  .subsystem = "cxl"});
}

static int drain_events(struct watch *watch)
{
	struct uevent event;
	int rc;

	if (watch->deaf)
		return 0;
	while ((rc = uevent_next(watch->monitor, &event)) != 0) {
		if (rc == -ENOBUFS) {
			watch->observed.lost_events = true;
			continue;
		}
		if (rc < 0)
			return rc;
		add_event(watch, &event);
	}
	return 0;
}

/* The events until now are read at once, so that no later call needs to look for any. */
int watch_listen(struct watch *watch, bool on)
{
	int rc = uevent_listen(watch->monitor, on), drained;

	if (rc < 0)
		return rc;
	drained = drain_events(watch);
	watch->deaf = !on;
	return drained;
}

static int drain_log(struct watch *watch)
{
	struct kmsg_record record;
	int rc;

	while ((rc = kmsg_next(watch->kmsg, &record)) != 0) {
		if (rc == -EPIPE)
			watch->observed.lost_log = true;
		else if (rc < 0)
			return rc;
		else
			*APPEND(watch->observed.log, watch->observed.nr_log) =
				(struct observed_line){
					.text = copy(record.text),
					.splat = kmsg_splat(record.text),
				};
	}
	return 0;
}

int watch_drain(struct watch *watch)
{
	int rc = drain_events(watch);

	return rc < 0 ? rc : drain_log(watch);
}

static int milliseconds(uint64_t now, uint64_t until_us)
{
	return until_us > now ? (int)((until_us - now + 999) / 1000) : 0;
}

int watch_wait(struct watch *watch, uint64_t until_us)
{
	struct pollfd ready = {.fd = uevent_fd(watch->monitor), .events = POLLIN};

	if (poll(&ready, 1, milliseconds(clock_now(), until_us)) < 0 && errno != EINTR)
		return -errno;
	return watch_drain(watch);
}

static void note_stuck(struct watch *watch, size_t step)
{
	pid_t pid = worker_pid(watch->worker);
	_cleanup_free_ char *wchan = xasprintf("/proc/%d/wchan", (int)pid);
	_cleanup_free_ char *stack = xasprintf("/proc/%d/stack", (int)pid);
	char text[SYSFS_ATTR_MAX];

	watch->observed.stuck.pid = pid;
	watch->observed.stuck.step = step;
	if (sysfs_read(AT_FDCWD, wchan, text, sizeof(text)) > 0)
		watch->observed.stuck.wchan = copy(text);
	if (sysfs_read(AT_FDCWD, stack, text, sizeof(text)) > 0)
		watch->observed.stuck.stack = copy(text);
}

/*
 * Return 0 if a worker is not done yet, 1 if all are done, and a negative errno if the process of a
 * worker is gone. A worker without news is not polled.
 */
static int poll_workers(struct worker *const *workers, size_t count, struct pollfd *ready)
{
	int all = 1;

	for (size_t i = 0; i < count; i++) {
		bool has_news = ready[i].fd < 0 || ready[i].revents;
		int done = has_news ? worker_poll(workers[i]) : 0;

		/* No more news will come from this worker. */
		if (done != 0)
			ready[i].fd = -1;
		if (done == 0)
			all = 0;
		else if (done < 0 && all != 0)
			all = done;
	}
	return all;
}

static uint64_t least(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

/*
 * Wait for news of the workers, which come first in @ready. Without a grain, also wait for news of
 * the kernel.
 */
static int wait_for_news(const struct watch *watch, struct pollfd *ready, size_t nr_workers,
			 uint64_t now, uint64_t until_us)
{
	int rc;

	if (watch->grain_us)
		rc = poll(ready, nr_workers,
			  milliseconds(now, least(until_us, now + watch->grain_us)));
	else
		rc = poll(ready, nr_workers + 2, milliseconds(now, until_us));
	return rc < 0 && errno != EINTR ? -1 : 0;
}

/* The events before a worker's report must be read with it, because they belong to its steps. */
static int take_in(struct watch *watch, const struct pollfd *events, const struct pollfd *log,
		   bool done)
{
	if (done || watch->grain_us || log->revents)
		return watch_drain(watch);
	return events->revents ? drain_events(watch) : 0;
}

int watch_workers(struct watch *watch, struct worker *const *workers, size_t count,
		  uint64_t until_us, bool (*tick)(void *data, uint64_t us), void *data)
{
	_cleanup_free_ struct pollfd *ready = memory_check(calloc(count + 2, sizeof(*ready)));
	struct pollfd *events = &ready[count], *log = &ready[count + 1];
	uint64_t begun = clock_now(), told = begun, now = begun;
	int done, rc;

	for (size_t i = 0; i < count; i++)
		ready[i] = (struct pollfd){.fd = worker_fd(workers[i]), .events = POLLIN};
	*events = (struct pollfd){.fd = uevent_fd(watch->monitor), .events = POLLIN};
	*log = (struct pollfd){.fd = kmsg_fd(watch->kmsg), .events = POLLIN};
	for (;;) {
		uint64_t next = least(told + PROGRESS_US, until_us);

		if (wait_for_news(watch, ready, count, now, next) < 0)
			return -errno;
		done = poll_workers(workers, count, ready);
		rc = take_in(watch, events, log, done != 0);
		now = clock_now();
		if (rc < 0 || done < 0)
			return rc < 0 ? rc : done;
		if (done)
			return 0;
		if (now >= until_us)
			return -ETIME;
		if (now >= told + PROGRESS_US) {
			told = now;
			if (!tick(data, now - begun))
				return -ETIME;
		}
	}
}

/* The receiver of progress, and what it needs */
struct onlooker {
	const struct watch *watch;
	const struct step *steps;
	void (*progress)(const struct step *step, uint64_t us);
};

static bool tell_onlooker(void *data, uint64_t us)
{
	const struct onlooker *onlooker = data;

	if (!onlooker->progress)
		return true;
	onlooker->progress(&onlooker->steps[worker_current(onlooker->watch->worker)], us);
	return !interrupt_came();
}

/*
 * Wait for the end of a worker that begins no further step: it ends once the kernel returns.
 * Return: as worker_poll(), 0 if it has not ended
 */
static int await_end(struct worker *worker, uint64_t until_us)
{
	struct pollfd ready = {.fd = worker_fd(worker), .events = POLLIN};
	int done = worker_poll(worker);

	while (done == 0 && clock_now() < until_us) {
		if (poll(&ready, 1, milliseconds(clock_now(), until_us)) < 0 && errno != EINTR)
			break;
		done = worker_poll(worker);
	}
	return done;
}

/*
 * End the steps, after a timeout or an interrupt. Return 0 if the worker has just completed all of
 * them. Return -EINTR after an interrupt if the current step has returned. Otherwise return -ETIME.
 */
static int give_up(struct watch *watch)
{
	size_t step = worker_give_up(watch->worker);
	bool interrupted = interrupt_came();
	int done = await_end(watch->worker, clock_now() + (interrupted ? INTERRUPTED_US : 0));

	if (done == 1)
		return 0;
	if (done < 0 && interrupted)
		return -EINTR;
	note_stuck(watch, step);
	return -ETIME;
}

/* Leave the worker behind: it begins no further step. */
static void leave_worker(struct watch *watch)
{
	worker_end(watch->worker);
	watch->worker = NULL;
}

static int first_failure(const struct watch *watch)
{
	for (size_t i = 0; i < watch->observed.nr_steps; i++) {
		if (watch->observed.steps[i].rc < 0)
			return watch->observed.steps[i].rc;
	}
	return 0;
}

struct step_result *watch_begin(struct watch *watch, size_t count)
{
	free(watch->observed.steps);
	watch->observed.steps = memory_check(calloc(count + 1, sizeof(*watch->observed.steps)));
	watch->observed.nr_steps = count;
	return watch->observed.steps;
}

int watch_run(struct watch *watch, const struct step *steps, size_t count, uint64_t timeout_us,
	      void (*progress)(const struct step *step, uint64_t us))
{
	int rc;

	watch_begin(watch, count);
	rc = worker_do(&watch->worker, steps, count,
		       &(struct worker_terms){.flush = true, .lock = watch->lock});
	if (rc < 0)
		return rc;
	rc = watch_workers(watch, &watch->worker, 1, clock_now() + timeout_us, tell_onlooker,
			   &(struct onlooker){watch, steps, progress});
	if (rc == -ETIME)
		rc = give_up(watch);
	memcpy(watch->observed.steps, worker_steps(watch->worker),
	       count * sizeof(*watch->observed.steps));
	if (rc < 0)
		leave_worker(watch);
	return rc < 0 ? rc : first_failure(watch);
}

void watch_dismiss(struct watch *watch)
{
	worker_dismiss(watch->worker);
}
