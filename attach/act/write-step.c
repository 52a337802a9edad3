// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>

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
