/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_STEP_H
#define ATTACH_MODEL_STEP_H

#include <stdbool.h>

/*
 * The single operations of which a detach and its undo consist. Each step writes to one file of
 * sysfs (kernel: Documentation/ABI/testing/sysfs-bus-pci, sysfs-bus-platform, sysfs-bus-cxl,
 * Documentation/driver-api/driver-model/binding.rst), loads or unloads a module, or reads what
 * another process detaches. A step can be repeated: it does not change a state that is already as
 * it should be.
 */

/* Options of a step that have this length or more are not valid. */
#define STEP_OPTIONS_MAX 2048

enum step_action {
	STEP_UNBIND,	/* @device from @driver */
	STEP_BIND,	/* @device to @driver; an error if another driver has it */
	STEP_OVERRIDE,	/* the driver_override of @device becomes @driver; NULL: none. If @device
			   does not exist, the step does nothing, because it must not keep other
			   devices from their drivers */
	STEP_REMOVE,	/* @device from the PCI bus */
	STEP_RESCAN,	/* the PCI bus */
	STEP_AUTOPROBE, /* of @bus; @on: on or off */
	STEP_UNLOAD,	/* the module @driver */
	STEP_LOAD,	/* the module @driver */
	STEP_FLUSH,	/* wait for the kernel's detach work */
	STEP_LIST,	/* read every CXL device */
	STEP_OPEN,	/* open the file of the memdev @device, query it, close it */
	/* Only the exerciser runs these: attach/act/field-step.h */
	STEP_HOLD,    /* keep the file @device in /dev, or in /dev/@bus, open for a while; @on: map
		       * it, and close it */
	STEP_RESET,   /* @device on @bus, by its file "reset" */
	STEP_POWER,   /* the hotplug slot @driver, which contains @device on @bus; @on: on or off */
	STEP_LINK,    /* the PCI port @device; @on: on or off */
	STEP_SETTING, /* the parameter @device of the module @driver; @on: on or off */
	STEP_ONLINE,  /* the memory block @device; @on: online or offline */
	STEP_CREATE, /* a region below the root decoder @driver, of the memdev of @device on @bus */
	STEP_DESTROY, /* the region that STEP_CREATE has created */
};

struct step {
	enum step_action action;
	const char *bus; /* pci, platform, cxl */
	const char *driver;
	const char *device;
	bool on;
	const char *options; /* of STEP_LOAD: the module's parameters, "a=1 b=2"; NULL: none */
};

/** step_name() - return "unbind" and so on */
const char *step_name(enum step_action action);

/** step_from_name() - find the action of that name; false if there is none */
bool step_from_name(const char *name, enum step_action *action);

/**
 * step_file() - return the file that the step writes to; NULL if it writes to none
 *
 * Return: a new string that the caller frees.
 */
char *step_file(const struct step *step);

/** step_text() - describe the step, as in "bind mem0 to cxl_mem"; a new string */
char *step_text(const struct step *step);

/**
 * step_is_name() - test for a valid name of a bus, driver or device, which cannot lead to another
 * path
 */
bool step_is_name(const char *text);

/**
 * step_is_sound() - test whether all names are valid, so that the step cannot write to another file
 */
bool step_is_sound(const struct step *step);

/** step_same() - test whether both steps do the same */
bool step_same(const struct step *one, const struct step *other);

/**
 * step_may_fail() - test whether the following steps run even if this step fails
 *
 * This holds for a bind, and for all steps that only the exerciser runs.
 */
bool step_may_fail(const struct step *step);

#endif
