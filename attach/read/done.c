// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "attach/model/step.h"
#include "attach/read/done.h"
#include "attach/read/driver.h"
#include "util/cleanup.h"
#include "util/memory.h"

static bool is_bound(struct root root, const struct step *step)
{
	_cleanup_free_ char *driver = driver_of(root, step->bus, step->device);

	return driver && strcmp(driver, step->driver) == 0;
}

/* If the driver cannot be read, the device may have any driver. */
static bool is_unbound(struct root root, const struct step *step)
{
	_cleanup_free_ char *link =
		xasprintf("/sys/bus/%s/devices/%s/driver", step->bus, step->device);
	_cleanup_free_ char *driver = driver_of(root, step->bus, step->device);

	return driver ? strcmp(driver, step->driver) != 0 : root_is_absent(root, link);
}

static bool is_absent(struct root root, const char *kind, const struct step *step, const char *name)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/%s/%s/%s", step->bus, kind, name);

	return root_is_absent(root, path);
}

static bool has_override(struct root root, const struct step *step)
{
	_cleanup_free_ char *path = step_file(step);
	char text[256];

	if (root_read(root, path, text, sizeof(text)) < 0)
		return false;
	/* PCI shows "(null)" without an override. */
	if (!step->driver)
		return text[0] == '\0' || strcmp(text, "(null)") == 0;
	return strcmp(text, step->driver) == 0;
}

static bool probes(struct root root, const struct step *step)
{
	_cleanup_free_ char *path = step_file(step);

	return root_read_flag(root, path) == step->on;
}

static bool is_loaded(struct root root, const struct step *step)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/%s/initstate", step->driver);

	return root_exists(root, path);
}

static bool is_unloaded(struct root root, const struct step *step)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/%s/initstate", step->driver);

	return root_is_absent(root, path);
}

/* The kernel shows a parameter of type bool as Y or N. */
static bool is_set(struct root root, const struct step *step)
{
	_cleanup_free_ char *path = step_file(step);
	char text[32];

	return root_read(root, path, text, sizeof(text)) > 0 &&
	       strcmp(text, step->on ? "Y" : "N") == 0;
}

static bool is_online(struct root root, const struct step *step)
{
	_cleanup_free_ char *path = step_file(step);
	char text[32];

	return root_read(root, path, text, sizeof(text)) > 0 && strcmp(text, "online") == 0;
}

bool step_is_done(struct root root, const struct step *step)
{
	switch (step->action) {
	case STEP_UNBIND:
		return is_unbound(root, step);
	case STEP_BIND:
		return is_bound(root, step);
	case STEP_REMOVE:
		return is_absent(root, "devices", step, step->device);
	case STEP_POWER:
		return is_absent(root, "devices", step, step->device) != step->on;
	case STEP_SETTING:
		return is_set(root, step);
	case STEP_ONLINE:
		return is_online(root, step) == step->on;
	case STEP_UNLOAD:
		return is_unloaded(root, step);
	case STEP_LOAD:
		return is_loaded(root, step);
	case STEP_OVERRIDE:
		return is_absent(root, "devices", step, step->device) || has_override(root, step);
	case STEP_AUTOPROBE:
		return probes(root, step);
	default:
		return false;
	}
}
