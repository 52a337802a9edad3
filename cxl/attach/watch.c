// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cxl/attach/step.h"
#include "cxl/attach/watch.h"
#include "util/cleanup.h"
#include "util/kmsg.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/test-point.h"
#include "util/uevent.h"

/* How often somebody who looks on is told that it goes on */
#define PROGRESS_US 200000

uint64_t watch_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int watch_open(struct watch *watch, const char **what)
{
	/* CXL, what hosts can be on, and what providers register */
	static const char *const subsystems[] = {
		"cxl", "dax",	"pci",	      "platform", "auxiliary", "net", "block",
		"drm", "sound", "infiniband", "vfio-dev", "module",    NULL};
	int rc;

	*watch = (struct watch){0};
	*what = "the kernel's events";
	watch->monitor = uevent_open(subsystems);
	if (!watch->monitor)
		return -errno;
	*what = "the kernel log";
	watch->kmsg = kmsg_open();
	if (watch->kmsg)
		return 0;
	rc = -errno;
	watch_close(watch);
	return rc;
}

void watch_forget(struct watch *watch)
{
	for (size_t i = 0; i < watch->nr_events; i++) {
		free(watch->events[i].action);
		free(watch->events[i].device);
		free(watch->events[i].subsystem);
	}
	for (size_t i = 0; i < watch->nr_log; i++)
		free(watch->log[i].text);
	free(watch->events);
	free(watch->log);
	free(watch->steps);
	free(watch->stuck.wchan);
	free(watch->stuck.stack);
	*watch = (struct watch){.monitor = watch->monitor, .kmsg = watch->kmsg};
}

void watch_close(struct watch *watch)
{
	watch_forget(watch);
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
	*append(watch->events, watch->nr_events) = (struct watch_event){
		.us = event->us,
		.action = copy(event->action),
		.device = copy(event->device),
		.subsystem = copy(event->subsystem),
	};
}

static int drain_events(struct watch *watch)
{
	struct uevent event;
	int rc;

	while ((rc = uevent_next(watch->monitor, &event)) != 0) {
		if (rc == -ENOBUFS) {
			watch->lost_events = true;
			continue;
		}
		if (rc < 0)
			return rc;
		add_event(watch, &event);
	}
	return 0;
}

static int drain_log(struct watch *watch)
{
	struct kmsg_record record;
	int rc;

	while ((rc = kmsg_next(watch->kmsg, &record)) != 0) {
		if (rc == -EPIPE)
			watch->lost_log = true;
		else if (rc < 0)
			return rc;
		else
			*append(watch->log, watch->nr_log) = (struct watch_line){
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

static int milliseconds(uint64_t until_us)
{
	uint64_t now = watch_now();

	return until_us > now ? (int)((until_us - now + 999) / 1000) : 0;
}

int watch_wait(struct watch *watch, uint64_t until_us)
{
	struct pollfd ready = {.fd = uevent_fd(watch->monitor), .events = POLLIN};

	if (poll(&ready, 1, milliseconds(until_us)) < 0 && errno != EINTR)
		return -errno;
	return watch_drain(watch);
}

/*
 * Nobody who waits for the end of this program's output, or for its lock, is to wait for a process
 * that is stuck in the kernel.
 */
static void let_go(void)
{
	int nothing = open("/dev/null", O_RDWR);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(nothing, fd);
	close_range(STDERR_FILENO + 1, ~0U, 0);
}

/* In a process of its own, which may stay in the kernel. @done is shared with the one that waits.
 */
static void do_steps(struct watch_step *done, const struct step *steps, size_t count)
{
	char point[32];

	let_go();
	for (size_t i = 0; i < count; i++) {
		done[i].begun_us = watch_now();
		done[i].rc = step_do(&steps[i]);
		done[i].ended_us = watch_now();
		/* Where there is no such file, there is no CXL bus, and nothing to wait for. */
		sysfs_write("/sys/bus/cxl/flush", "1");
		snprintf(point, sizeof(point), "step-%zu", i);
		test_point_in_child(point);
		/* A bind that is refused does not keep others from being bound. */
		if (done[i].rc < 0 && steps[i].action != STEP_BIND)
			break;
	}
	_exit(0);
}

static size_t current_step(const struct watch_step *done, size_t count)
{
	size_t i = 0;

	while (i + 1 < count && done[i + 1].begun_us)
		i++;
	return i;
}

static void note_stuck(struct watch *watch, pid_t pid, size_t step)
{
	_cleanup_free_ char *wchan = memory_print("/proc/%d/wchan", (int)pid);
	_cleanup_free_ char *stack = memory_print("/proc/%d/stack", (int)pid);
	char text[SYSFS_ATTR_MAX];

	watch->stuck.pid = pid;
	watch->stuck.step = step;
	if (sysfs_read(AT_FDCWD, wchan, text, sizeof(text)) > 0)
		watch->stuck.wchan = copy(text);
	if (sysfs_read(AT_FDCWD, stack, text, sizeof(text)) > 0)
		watch->stuck.stack = copy(text);
}

/* Until the process behind @pidfd has ended: 0; -ETIME if it has not by then */
static int wait_for(struct watch *watch, int pidfd, const struct watch_step *done,
		    const struct step *steps, size_t count, uint64_t until_us,
		    void (*progress)(const struct step *step, uint64_t us))
{
	struct pollfd ready[] = {
		{.fd = pidfd, .events = POLLIN},
		{.fd = uevent_fd(watch->monitor), .events = POLLIN},
		{.fd = kmsg_fd(watch->kmsg), .events = POLLIN},
	};
	uint64_t begun = watch_now(), told = begun;

	for (;;) {
		uint64_t now = watch_now();
		uint64_t next = told + PROGRESS_US < until_us ? told + PROGRESS_US : until_us;
		int rc;

		if (poll(ready, 3, milliseconds(next)) < 0 && errno != EINTR)
			return -errno;
		rc = watch_drain(watch);
		if (rc < 0)
			return rc;
		if (ready[0].revents)
			return 0;
		now = watch_now();
		if (now >= until_us)
			return -ETIME;
		if (now < told + PROGRESS_US)
			continue;
		told = now;
		if (progress)
			progress(&steps[current_step(done, count)], now - begun);
	}
}

static int result_of(const struct watch *watch)
{
	for (size_t i = 0; i < watch->nr_steps; i++) {
		if (watch->steps[i].rc < 0)
			return watch->steps[i].rc;
		if (!watch->steps[i].ended_us)
			return -ECHILD; /* the process was killed */
	}
	return 0;
}

int watch_run(struct watch *watch, const struct step *steps, size_t count, uint64_t timeout_us,
	      void (*progress)(const struct step *step, uint64_t us))
{
	size_t size = (count + 1) * sizeof(struct watch_step);
	struct watch_step *done =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	_cleanup_close_ int pidfd = -1;
	pid_t pid;
	int rc;

	if (done == MAP_FAILED)
		return -errno;
	pid = fork();
	if (pid == 0)
		do_steps(done, steps, count);
	rc = pid < 0 ? -errno : 0;
	if (rc == 0) {
		pidfd = pidfd_open(pid, 0);
		rc = pidfd < 0 ? -errno
			       : wait_for(watch, pidfd, done, steps, count,
					  watch_now() + timeout_us, progress);
	}
	if (rc == 0)
		TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
	else if (rc == -ETIME)
		note_stuck(watch, pid, current_step(done, count));
	free(watch->steps);
	watch->nr_steps = count;
	watch->steps = memory_check(calloc(count + 1, sizeof(*watch->steps)));
	memcpy(watch->steps, done, count * sizeof(*watch->steps));
	munmap(done, size);
	return rc < 0 ? rc : result_of(watch);
}

uint64_t watch_begun(const struct watch *watch)
{
	if (watch->nr_steps > 0 && watch->steps[0].begun_us)
		return watch->steps[0].begun_us;
	return watch->nr_events > 0 ? watch->events[0].us : 0;
}

const struct watch_event *watch_find(const struct watch *watch, const char *action,
				     const char *device)
{
	for (size_t i = 0; i < watch->nr_events; i++) {
		if (strcmp(watch->events[i].action, action) == 0 &&
		    strcmp(watch->events[i].device, device) == 0)
			return &watch->events[i];
	}
	return NULL;
}
