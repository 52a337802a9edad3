// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/cxl_mem.h>

#include "attach/act/field-step.h"
#include "attach/act/libcxl-attach.h"
#include "attach/act/write-step.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/read/done.h"
#include "attach/read/take.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"

static const char *text_of(const struct step *step)
{
	switch (step->action) {
	case STEP_UNBIND:
	case STEP_BIND:
		return step->device;
	case STEP_OVERRIDE:
		return step->driver ?: "\n"; /* the kernel does not get an empty write */
	case STEP_AUTOPROBE:
	case STEP_POWER:
	case STEP_SETTING:
		return step->on ? "1" : "0";
	case STEP_ONLINE:
		return step->on ? "online_movable" : "offline";
	default:
		return "1";
	}
}

static int list_devices(void)
{
	struct snapshot snapshot;
	int rc = snapshot_take_devices(ROOT_LIVE, &snapshot);

	if (rc == 0)
		snapshot_release(&snapshot);
	return rc;
}

/*
 * Query the number of commands (CXL_MEM_QUERY_COMMANDS in the kernel's
 * include/uapi/linux/cxl_mem.h)
 */
static int open_memdev(const char *memdev)
{
	_cleanup_free_ char *path = xasprintf("/dev/cxl/%s", memdev);
	_cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);
	struct cxl_mem_query_commands query = {0};

	return fd < 0 || ioctl(fd, CXL_MEM_QUERY_COMMANDS, &query) < 0 ? -errno : 0;
}

int step_write(const struct step *step)
{
	_cleanup_free_ char *path = step_file(step);

	if (step_is_done(ROOT_LIVE, step))
		return 0;
	switch (step->action) {
	case STEP_LOAD:
		return cxl_host_load_module(step->driver, step->options);
	case STEP_UNLOAD:
		return cxl_host_unload_module(step->driver);
	case STEP_LIST:
		return list_devices();
	case STEP_OPEN:
		return open_memdev(step->device);
	case STEP_HOLD:
	case STEP_LINK:
	case STEP_CREATE:
	case STEP_DESTROY:
		return field_step(step);
	default:
		return sysfs_write(path, text_of(step));
	}
}

/* Return the file of that path, which is opened if it is not open yet; NULL with errno set */
static struct step_file *file_of(struct step_files *files, const char *path)
{
	int fd;

	for (size_t i = 0; i < files->count; i++) {
		if (strcmp(files->list[i].path, path) == 0)
			return &files->list[i];
	}
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	*APPEND(files->list, files->count) = (struct step_file){memory_check(strdup(path)), fd};
	return &files->list[files->count - 1];
}

static void drop(struct step_files *files, struct step_file *file)
{
	close(file->fd);
	free(file->path);
	*file = files->list[--files->count];
}

/* Test whether the path leads elsewhere by now: sysfs never uses the number of a file twice */
static bool is_replaced(const struct step_file *file)
{
	struct stat kept, present;

	return fstat(file->fd, &kept) == 0 &&
	       (stat(file->path, &present) < 0 || kept.st_ino != present.st_ino);
}

/*
 * A file whose driver or device has gone is dead (-ENODEV), even if another one has its path by
 * now. The same error is also a driver's answer, which no second write may hide.
 */
static int write_again(struct step_files *files, const char *path, const char *text)
{
	struct step_file *file = file_of(files, path);

	if (file && pwrite(file->fd, text, strlen(text), 0) >= 0)
		return 0;
	if (!file || errno != ENODEV)
		return -errno;
	if (!is_replaced(file))
		return -ENODEV;
	drop(files, file);
	return write_again(files, path, text);
}

int step_write_again(struct step_files *files, const struct step *step)
{
	_cleanup_free_ char *path = NULL;
	int rc;

	if (step->action != STEP_UNBIND && step->action != STEP_BIND && step->action != STEP_FLUSH)
		return step_write(step);
	path = step_file(step);
	rc = write_again(files, path, text_of(step));
	return rc < 0 && step_is_done(ROOT_LIVE, step) ? 0 : rc;
}

void step_files_release(struct step_files *files)
{
	while (files->count > 0)
		drop(files, files->list);
	free(files->list);
	*files = (struct step_files){0};
}
