// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "attach/model/step.h"
#include "util/memory.h"
#include "util/text.h"

static const char *const names[] = {
	[STEP_UNBIND] = "unbind",   [STEP_BIND] = "bind",     [STEP_OVERRIDE] = "override",
	[STEP_REMOVE] = "remove",   [STEP_RESCAN] = "rescan", [STEP_AUTOPROBE] = "autoprobe",
	[STEP_UNLOAD] = "unload",   [STEP_LOAD] = "load",     [STEP_FLUSH] = "flush",
	[STEP_LIST] = "list",	    [STEP_OPEN] = "open",     [STEP_HOLD] = "hold",
	[STEP_RESET] = "reset",	    [STEP_POWER] = "power",   [STEP_LINK] = "link",
	[STEP_SETTING] = "set",	    [STEP_ONLINE] = "online", [STEP_CREATE] = "create",
	[STEP_DESTROY] = "destroy",
};

const char *step_name(enum step_action action)
{
	return names[action];
}

bool step_from_name(const char *name, enum step_action *action)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(names[i], name) == 0) {
			*action = (enum step_action)i;
			return true;
		}
	}
	return false;
}

char *step_file(const struct step *step)
{
	switch (step->action) {
	case STEP_UNBIND:
	case STEP_BIND:
		return xasprintf("/sys/bus/%s/drivers/%s/%s", step->bus, step->driver,
				 names[step->action]);
	case STEP_OVERRIDE:
		return xasprintf("/sys/bus/%s/devices/%s/driver_override", step->bus, step->device);
	case STEP_REMOVE:
		return xasprintf("/sys/bus/%s/devices/%s/remove", step->bus, step->device);
	case STEP_RESCAN:
		return xasprintf("/sys/bus/%s/rescan", step->bus);
	case STEP_AUTOPROBE:
		return xasprintf("/sys/bus/%s/drivers_autoprobe", step->bus);
	case STEP_FLUSH:
		return memory_check(strdup("/sys/bus/cxl/flush"));
	case STEP_RESET:
		return xasprintf("/sys/bus/%s/devices/%s/reset", step->bus, step->device);
	case STEP_POWER:
		return xasprintf("/sys/bus/%s/slots/%s/power", step->bus, step->driver);
	case STEP_SETTING:
		return xasprintf("/sys/module/%s/parameters/%s", step->driver, step->device);
	case STEP_ONLINE:
		return xasprintf("/sys/devices/system/memory/%s/state", step->device);
	case STEP_UNLOAD:
	case STEP_LOAD:
	case STEP_LIST:
	case STEP_OPEN:
	case STEP_HOLD:
	case STEP_LINK:
	case STEP_CREATE:
	case STEP_DESTROY:
		break;
	}
	return NULL;
}

bool step_is_name(const char *text)
{
	return text && *text && strcmp(text, ".") != 0 && strcmp(text, "..") != 0 &&
	       !strchr(text, '/') && !strchr(text, '\n');
}

bool step_is_sound(const struct step *step)
{
	bool bus = step_is_name(step->bus), driver = step_is_name(step->driver);
	bool device = step_is_name(step->device);

	switch (step->action) {
	case STEP_UNBIND:
	case STEP_BIND:
	case STEP_POWER:
	case STEP_CREATE:
	case STEP_DESTROY:
		return bus && driver && device;
	case STEP_OVERRIDE:
		return bus && device && (!step->driver || driver);
	case STEP_REMOVE:
	case STEP_RESET:
		return bus && device;
	case STEP_SETTING:
		return driver && device;
	case STEP_HOLD:
		return device && (!step->bus || bus);
	case STEP_RESCAN:
	case STEP_AUTOPROBE:
		return bus;
	case STEP_UNLOAD:
		return driver;
	case STEP_LOAD:
		return driver && (!step->options || (strlen(step->options) < STEP_OPTIONS_MAX &&
						     !strchr(step->options, '\n')));
	case STEP_OPEN:
	case STEP_LINK:
	case STEP_ONLINE:
		return device;
	case STEP_FLUSH:
	case STEP_LIST:
		return true;
	}
	return false;
}

bool step_same(const struct step *one, const struct step *other)
{
	return one->action == other->action && one->on == other->on &&
	       streq(one->bus, other->bus) && streq(one->driver, other->driver) &&
	       streq(one->device, other->device) && streq(one->options, other->options);
}

bool step_may_fail(const struct step *step)
{
	/* After a refused bind, other devices can still be bound. */
	return step->action == STEP_BIND || step->action >= STEP_HOLD;
}

/* The text of steps that only the exerciser runs */
static char *field_text(const struct step *step)
{
	switch (step->action) {
	case STEP_HOLD:
		return xasprintf("%s /dev/%s%s%s for a while", step->on ? "map" : "keep open",
				 step->bus ?: "", step->bus ? "/" : "", step->device);
	case STEP_RESET:
		return xasprintf("reset %s", step->device);
	case STEP_POWER:
		return xasprintf("turn %s the power of slot %s, which has %s in it",
				 step->on ? "on" : "off", step->driver, step->device);
	case STEP_LINK:
		return xasprintf("%s the link of port %s", step->on ? "enable" : "disable",
				 step->device);
	case STEP_SETTING:
		return xasprintf("turn %s the parameter %s of the module %s",
				 step->on ? "on" : "off", step->device, step->driver);
	case STEP_ONLINE:
		return xasprintf("bring %s %s", step->device, step->on ? "online" : "offline");
	case STEP_CREATE:
		return xasprintf("create a region of the memdev of %s below %s", step->device,
				 step->driver);
	case STEP_DESTROY:
		return xasprintf("destroy the region of the memdev of %s below %s", step->device,
				 step->driver);
	default:
		return NULL;
	}
}

char *step_text(const struct step *step)
{
	switch (step->action) {
	case STEP_UNBIND:
		return xasprintf("unbind %s from %s", step->device, step->driver);
	case STEP_BIND:
		return xasprintf("bind %s to %s", step->device, step->driver);
	case STEP_OVERRIDE:
		return step->driver ? xasprintf("set the driver_override of %s to %s", step->device,
						step->driver)
				    : xasprintf("clear the driver_override of %s", step->device);
	case STEP_REMOVE:
		return xasprintf("remove %s from its bus", step->device);
	case STEP_RESCAN:
		return xasprintf("rescan the bus %s", step->bus);
	case STEP_AUTOPROBE:
		return xasprintf("turn %s autoprobe of the bus %s", step->on ? "on" : "off",
				 step->bus);
	case STEP_UNLOAD:
		return xasprintf("unload the module %s", step->driver);
	case STEP_LOAD:
		return xasprintf("load the module %s%s%s", step->driver,
				 step->options ? " with " : "", step->options ?: "");
	case STEP_FLUSH:
		return xasprintf("wait for the kernel's detach work");
	case STEP_LIST:
		return xasprintf("read every CXL device");
	case STEP_OPEN:
		return xasprintf("open the file of %s", step->device);
	default:
		return field_text(step);
	}
}
