// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/cxl_mem.h>

#include "attach/act/do-step.h"
#include "attach/act/module.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/read/driver.h"
#include "attach/read/take.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"

static bool is_bound(const struct step *step)
{
	_cleanup_free_ char *driver = driver_of(step->bus, step->device);

	return driver && strcmp(driver, step->driver) == 0;
}

static bool exists(const char *kind, const struct step *step, const char *name)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/%s/%s/%s", step->bus, kind, name);

	return sysfs_exists(AT_FDCWD, path);
}

static bool has_override(const struct step *step)
{
	_cleanup_free_ char *path = step_file(step);
	char text[256];

	if (sysfs_read(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	/* "(null)" is what PCI says without one. */
	if (!step->driver)
		return text[0] == '\0' || strcmp(text, "(null)") == 0;
	return strcmp(text, step->driver) == 0;
}

static bool probes(const struct step *step)
{
	_cleanup_free_ char *path = step_file(step);

	return sysfs_read_flag(AT_FDCWD, path) == step->on;
}

static bool is_loaded(const struct step *step)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/%s/initstate", step->driver);

	return sysfs_exists(AT_FDCWD, path);
}

bool step_is_done(const struct step *step)
{
	switch (step->action) {
	case STEP_UNBIND:
		return !is_bound(step);
	case STEP_BIND:
		return is_bound(step);
	case STEP_REMOVE:
		return !exists("devices", step, step->device);
	case STEP_UNLOAD:
		return !is_loaded(step);
	case STEP_LOAD:
		return is_loaded(step);
	case STEP_OVERRIDE:
		return has_override(step);
	case STEP_AUTOPROBE:
		return probes(step);
	case STEP_RESCAN:
	case STEP_FLUSH:
	case STEP_LIST:
	case STEP_OPEN:
		break;
	}
	return false;
}

static const char *text_of(const struct step *step)
{
	switch (step->action) {
	case STEP_UNBIND:
	case STEP_BIND:
		return step->device;
	case STEP_OVERRIDE:
		return step->driver ?: "\n"; /* an empty write does not reach the kernel */
	case STEP_AUTOPROBE:
		return step->on ? "1" : "0";
	default:
		return "1";
	}
}

static int list_devices(void)
{
	struct snapshot snapshot;
	int rc = snapshot_take_devices(&snapshot);

	if (rc == 0)
		snapshot_release(&snapshot);
	return rc;
}

/* How many commands it has (CXL_MEM_QUERY_COMMANDS in the kernel's include/uapi/linux/cxl_mem.h) */
static int open_memdev(const char *memdev)
{
	_cleanup_free_ char *path = xasprintf("/dev/cxl/%s", memdev);
	_cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);
	struct cxl_mem_query_commands query = {0};

	return fd < 0 || ioctl(fd, CXL_MEM_QUERY_COMMANDS, &query) < 0 ? -errno : 0;
}

int step_do(const struct step *step)
{
	_cleanup_free_ char *path = step_file(step);

	if (step_is_done(step))
		return 0;
	switch (step->action) {
	case STEP_LOAD:
		return module_load(step->driver);
	case STEP_UNLOAD:
		return module_unload(step->driver);
	case STEP_LIST:
		return list_devices();
	case STEP_OPEN:
		return open_memdev(step->device);
	default:
		return sysfs_write(path, text_of(step));
	}
}
