// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "attach/act/do-step.h"
#include "attach/act/find.h"
#include "attach/act/libcxl-attach.h"
#include "attach/act/write-step.h"
#include "attach/model/step.h"
#include "attach/read/done.h"
#include "attach/read/driver.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/text.h"

/*
 * Each step has a library context of its own, because libcxl reads a device only once, and each
 * step changes the devices. Unless step_prepare() was called, libcxl enumerates only what a
 * function here requests. An operation on something that is not an object of libcxl needs no
 * context.
 */
struct doing {
	const struct step *step;
	const struct step_log *log; /* or NULL */
	struct cxl_ctx *ctx;	    /* or NULL */
};

/* For functions that do not log themselves */
#define DID(doing, function, ...) log_line((doing)->log, #function, __VA_ARGS__)

static void log_text(const struct step_log *log, const char *owner, const char *function,
		     const char *format, va_list args)
{
	_cleanup_free_ char *text = NULL;

	if (!log || vasprintf(&text, format, args) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	log->line(log->data, owner, function, text);
}

static void __attribute__((format(printf, 3, 4)))
log_line(const struct step_log *log, const char *function, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_text(log, "cxl", function, format, args);
	va_end(args);
}

static void __attribute__((format(printf, 6, 0))) take_log(struct cxl_ctx *ctx, int priority,
							   const char *file, int line,
							   const char *function, const char *format,
							   va_list args)
{
	(void)priority;
	(void)file;
	(void)line;
	log_text(cxl_get_userdata(ctx), "libcxl", function, format, args);
}

/* Without a receiver, nothing is logged, whatever CXL_LOG says. */
static int open_libcxl(const struct step_log *log, struct cxl_ctx **ctx)
{
	int rc = cxl_new(ctx);

	if (rc < 0)
		return rc;
	cxl_set_userdata(*ctx, (void *)(uintptr_t)log);
	cxl_set_log_priority(*ctx, log ? LOG_DEBUG : LOG_EMERG);
	cxl_set_log_fn(*ctx, take_log);
	return 0;
}

/* The answer to a question, from 0, 1 or a negative errno */
static const char *answer(int rc)
{
	return rc > 0 ? "yes" : rc == 0 ? "no" : strerror(-rc);
}

/* Log what kind of memdev the operation is on */
static void describe_memdev(const struct doing *doing, struct cxl_memdev *memdev)
{
	_cleanup_free_ char *subsystem = NULL, *driver = NULL, *module = NULL;

	if (!doing->log)
		return;
	subsystem = cxl_memdev_get_host_subsystem(memdev);
	driver = cxl_memdev_get_host_driver(memdev);
	module = cxl_memdev_get_host_module(memdev);
	log_line(doing->log, __func__,
		 "%s: host %s on %s, driver %s, module %s, class attributes: %s",
		 cxl_memdev_get_devname(memdev), cxl_memdev_get_host(memdev), subsystem ?: "?",
		 driver ?: "none", module ?: "none",
		 answer(cxl_memdev_has_class_attributes(memdev)));
}

static void describe_region(const struct doing *doing, struct cxl_region *region)
{
	if (!doing->log)
		return;
	log_line(doing->log, __func__, "%s: locked: %s, locked decoder: %s",
		 cxl_region_get_devname(region), answer(cxl_region_is_locked(region)),
		 answer(cxl_region_has_locked_decoder(region)));
}

static int do_memdev(const struct doing *doing)
{
	struct cxl_memdev *memdev = find_memdev(doing->ctx, doing->step->device);

	if (!memdev)
		return -ENODEV;
	describe_memdev(doing, memdev);
	return doing->step->action == STEP_BIND ? cxl_memdev_enable(memdev)
						: cxl_memdev_disable_invalidate(memdev);
}

static int do_port(const struct doing *doing)
{
	struct cxl_port *port = find_port(doing->ctx, doing->step->device);

	if (!port)
		return -ENODEV;
	return doing->step->action == STEP_BIND ? cxl_port_enable(port)
						: cxl_port_disable_invalidate(port);
}

static int do_region(const struct doing *doing)
{
	struct cxl_region *region = find_region(doing->ctx, doing->step->device);

	if (!region)
		return -ENODEV;
	describe_region(doing, region);
	return doing->step->action == STEP_BIND ? cxl_region_enable(region)
						: cxl_region_disable(region);
}

/*
 * Return what the step really did. libcxl only looks whether a driver is bound afterwards, and
 * drops the error of the kernel.
 */
static int settle(const struct step *step, int rc)
{
	_cleanup_free_ char *device = NULL, *driver = NULL;

	if (step_is_done(ROOT_LIVE, step))
		return 0;
	device = xasprintf("/sys/bus/%s/devices/%s", step->bus, step->device);
	if (!sysfs_exists(AT_FDCWD, device))
		return -ENODEV;
	driver = step->action == STEP_BIND ? driver_of(ROOT_LIVE, step->bus, step->device) : NULL;
	if (driver)
		return -EBUSY;
	return rc < 0 ? rc : -ENXIO;
}

/* Run a step on a device of the bus "cxl". The driver shows the kind of the device. */
static int do_on_cxl(const struct doing *doing)
{
	static const struct {
		const char *driver;
		int (*operation)(const struct doing *doing);
	} kinds[] = {
		{"cxl_mem", do_memdev},
		{"cxl_port", do_port},
		{"cxl_region", do_region},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (streq(doing->step->driver, kinds[i].driver))
			return settle(doing->step, kinds[i].operation(doing));
	}
	return -EOPNOTSUPP;
}

/* A host that was handed to another driver has no memdev, nor has the host of a CXL bus. */
static int unbind_host(const struct doing *doing)
{
	struct cxl_memdev *memdev =
		find_memdev_of_host(doing->ctx, doing->step->bus, doing->step->device);
	struct cxl_bus *bus = memdev ? NULL : find_bus_of_host(doing->ctx, doing->step->device);
	_cleanup_free_ char *name = NULL;
	int rc;

	if (bus) {
		name = memory_check(strdup(cxl_bus_get_devname(bus)));
		rc = cxl_bus_disable_invalidate(bus);
		DID(doing, cxl_bus_disable_invalidate, "%s: %s", name,
		    rc ? strerror(-rc) : "disabled");
	} else if (memdev) {
		describe_memdev(doing, memdev);
		rc = cxl_memdev_unbind_host(memdev, doing->step->driver);
		DID(doing, cxl_memdev_unbind_host, "%s: %s", doing->step->device, strerror(-rc));
	} else {
		rc = cxl_host_unbind(doing->step->bus, doing->step->device, doing->step->driver);
		DID(doing, cxl_host_unbind, "%s: %s", doing->step->device, strerror(-rc));
	}
	return rc;
}

static int bind_host(const struct doing *doing)
{
	int rc = cxl_host_bind(doing->step->bus, doing->step->device, doing->step->driver);

	DID(doing, cxl_host_bind, "%s: %s", doing->step->device, strerror(-rc));
	return rc;
}

static int override_host(const struct doing *doing)
{
	struct cxl_memdev *memdev =
		find_memdev_of_host(doing->ctx, doing->step->bus, doing->step->device);
	int rc;

	if (memdev) {
		rc = cxl_memdev_set_host_driver_override(memdev, doing->step->driver);
		DID(doing, cxl_memdev_set_host_driver_override, "%s: %s", doing->step->device,
		    strerror(-rc));
	} else {
		rc = cxl_host_set_driver_override(doing->step->bus, doing->step->device,
						  doing->step->driver);
		DID(doing, cxl_host_set_driver_override, "%s: %s", doing->step->device,
		    strerror(-rc));
	}
	return rc;
}

static int remove_host(const struct doing *doing)
{
	struct cxl_memdev *memdev =
		find_memdev_of_host(doing->ctx, doing->step->bus, doing->step->device);
	int rc;

	if (!memdev)
		return step_write(doing->step);
	describe_memdev(doing, memdev);
	rc = cxl_memdev_remove_host(memdev);
	DID(doing, cxl_memdev_remove_host, "%s: %s", doing->step->device, strerror(-rc));
	return rc;
}

static int unload_module(const struct doing *doing)
{
	struct cxl_memdev *memdev = find_memdev_of_module(doing->ctx, doing->step->driver);
	int rc;

	if (memdev) {
		rc = cxl_memdev_unload_host_module(memdev);
		DID(doing, cxl_memdev_unload_host_module, "%s: %s", doing->step->driver,
		    strerror(-rc));
	} else {
		rc = cxl_host_unload_module(doing->step->driver);
		DID(doing, cxl_host_unload_module, "%s: %s", doing->step->driver, strerror(-rc));
	}
	return rc;
}

static int load_module(const struct doing *doing)
{
	int rc = cxl_host_load_module(doing->step->driver, doing->step->options);

	DID(doing, cxl_host_load_module, "%s: %s", doing->step->driver, strerror(-rc));
	return rc;
}

static int flush(const struct doing *doing)
{
	(void)doing;
	return cxl_flush_detach();
}

/* Run a step that needs no CXL object: a rescan of the PCI bus, or a step that changes nothing */
static int do_without(const struct doing *doing)
{
	return step_write(doing->step);
}

static bool is_on_cxl(const struct step *step)
{
	return (step->action == STEP_UNBIND || step->action == STEP_BIND) &&
	       streq(step->bus, "cxl");
}

struct cxl_ctx *step_prepare(enum prepare what, const struct step_log *log)
{
	struct cxl_ctx *ctx;

	if (what == PREPARE_NOTHING || open_libcxl(log, &ctx) < 0)
		return NULL;
	find_all_memdevs(ctx);
	if (what == PREPARE_PORTS)
		find_all_ports(ctx);
	return ctx;
}

int step_do(const struct step *step, struct cxl_ctx *prepared, const struct step_log *log)
{
	static const struct {
		int (*operation)(const struct doing *doing);
		bool enumerates;
	} operations[] = {
		[STEP_UNBIND] = {unbind_host, true},	 [STEP_BIND] = {bind_host, false},
		[STEP_OVERRIDE] = {override_host, true}, [STEP_REMOVE] = {remove_host, true},
		[STEP_RESCAN] = {do_without, false},	 [STEP_AUTOPROBE] = {do_without, false},
		[STEP_UNLOAD] = {unload_module, true},	 [STEP_LOAD] = {load_module, false},
		[STEP_FLUSH] = {flush, false},		 [STEP_LIST] = {do_without, false},
		[STEP_OPEN] = {do_without, false},	 [STEP_HOLD] = {do_without, false},
		[STEP_RESET] = {do_without, false},	 [STEP_POWER] = {do_without, false},
		[STEP_LINK] = {do_without, false},	 [STEP_SETTING] = {do_without, false},
		[STEP_ONLINE] = {do_without, false},	 [STEP_CREATE] = {do_without, false},
		[STEP_DESTROY] = {do_without, false},
	};
	struct doing doing = {.step = step, .log = log, .ctx = prepared};
	bool on_cxl = is_on_cxl(step);
	int rc = 0;

	if (!step_is_done(ROOT_LIVE, step)) {
		if (!prepared && (on_cxl || operations[step->action].enumerates))
			rc = open_libcxl(log, &doing.ctx);
		if (rc == 0)
			rc = on_cxl ? do_on_cxl(&doing)
				    : operations[step->action].operation(&doing);
	}
	cxl_unref(doing.ctx);
	return rc;
}
