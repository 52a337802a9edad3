/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_STEP_H
#define ATTACH_MODEL_STEP_H

#include <stdbool.h>

/*
 * The single operations that a take-down and its undoing consist of: each is a write to one file of
 * sysfs (kernel: Documentation/ABI/testing/sysfs-bus-pci, sysfs-bus-platform, sysfs-bus-cxl,
 * Documentation/driver-api/driver-model/binding.rst), a module's loading or unloading, or a look at
 * what others take down. Every one can be done again without harm: what is as it should be already
 * is left alone.
 */

enum step_action {
	STEP_UNBIND,	/* @device from @driver */
	STEP_BIND,	/* @device to @driver; what another driver has meanwhile is an error */
	STEP_OVERRIDE,	/* the driver_override of @device becomes @driver, or none for NULL */
	STEP_REMOVE,	/* @device, from the PCI bus */
	STEP_RESCAN,	/* of the PCI bus */
	STEP_AUTOPROBE, /* of @bus, on or off: @on */
	STEP_UNLOAD,	/* the module @driver */
	STEP_LOAD,	/* likewise */
	STEP_FLUSH,	/* wait for the kernel's detach work, and do nothing else */
	STEP_LIST,	/* read every CXL device */
	STEP_OPEN,	/* the memdev @device: open its file in /dev, ask it something, close it */
};

struct step {
	enum step_action action;
	const char *bus; /* pci, platform, cxl */
	const char *driver;
	const char *device;
	bool on;
};

/** step_name() - "unbind" and so on */
const char *step_name(enum step_action action);

/** step_from_name() - the opposite; false if there is none of that name */
bool step_from_name(const char *name, enum step_action *action);

/**
 * step_file() - the file that the step writes to; NULL for one that is no write
 *
 * Return: a new string that the caller frees.
 */
char *step_file(const struct step *step);

/** step_text() - what the step does, for people, as "bind mem0 to cxl_mem"; the caller frees it */
char *step_text(const struct step *step);

/** step_is_sound() - are its names such that no file but the one that is meant can be written? */
bool step_is_sound(const struct step *step);

/** step_may_fail() - whether the steps after it make sense where it fails: after a bind, others */
bool step_may_fail(const struct step *step);

#endif
