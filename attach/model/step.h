/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_STEP_H
#define ATTACH_MODEL_STEP_H

#include <stdbool.h>

/*
 * The single operations that a detach and its undo consist of. Each one writes to one file of sysfs
 * (kernel: Documentation/ABI/testing/sysfs-bus-pci, sysfs-bus-platform, sysfs-bus-cxl,
 * Documentation/driver-api/driver-model/binding.rst), loads or unloads a module, or reads what
 * another process detaches. A step can be done twice: it changes nothing that is as it should be.
 */

/* Longer texts are no options of a step. */
#define STEP_OPTIONS_MAX 2048

enum step_action {
	STEP_UNBIND,   /* @device from @driver */
	STEP_BIND,     /* @device to @driver; an error if another driver has it */
	STEP_OVERRIDE, /* the driver_override of @device becomes @driver; NULL: none. Where there is
			* no
			* @device, nothing is to be done: it is not to keep others from their
			* drivers */
	STEP_REMOVE,   /* @device, from the PCI bus */
	STEP_RESCAN,   /* of the PCI bus */
	STEP_AUTOPROBE, /* of @bus, on or off: @on */
	STEP_UNLOAD,	/* the module @driver */
	STEP_LOAD,	/* the module @driver */
	STEP_FLUSH,	/* wait for the kernel's detach work */
	STEP_LIST,	/* read every CXL device */
	STEP_OPEN,	/* open the file of the memdev @device, query it, close it */
	/* Only the exerciser does these: attach/act/field-step.h */
	STEP_HOLD,    /* keep the file @device in /dev, or in /dev/@bus, open for a while; @on: map
		       * it, and close it */
	STEP_RESET,   /* @device on @bus, by the file of that name */
	STEP_POWER,   /* of the hotplug slot @driver, which has @device on @bus in it: @on */
	STEP_LINK,    /* of the PCI port @device: @on */
	STEP_SETTING, /* the parameter @device of the module @driver: @on */
	STEP_ONLINE,  /* the memory block @device: @on */
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

/** step_name() - "unbind" and so on */
const char *step_name(enum step_action action);

/** step_from_name() - the opposite; false if there is none of that name */
bool step_from_name(const char *name, enum step_action *action);

/**
 * step_file() - the file that the step writes to; NULL: it writes to none
 *
 * Return: a new string that the caller frees.
 */
char *step_file(const struct step *step);

/** step_text() - what the step does, as "bind mem0 to cxl_mem"; a new string */
char *step_text(const struct step *step);

/** step_is_name() - is it a valid name of a bus, driver or device, which leads nowhere else? */
bool step_is_name(const char *text);

/** step_is_sound() - are its names valid, so that it cannot write to any other file? */
bool step_is_sound(const struct step *step);

/** step_same() - do both do the same? */
bool step_same(const struct step *one, const struct step *other);

/** step_may_fail() - are the steps after it done even if it fails? So with a bind, and with all
 * that only the exerciser does. */
bool step_may_fail(const struct step *step);

#endif
