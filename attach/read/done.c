// SPDX-License-Identifier: LGPL-2.1-only
#include <fcntl.h>
#include <string.h>

#include "attach/model/step.h"
#include "attach/read/done.h"
#include "attach/read/driver.h"
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
		return (step->if_there && !exists("devices", step, step->device)) ||
		       has_override(step);
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
