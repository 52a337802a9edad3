/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef LIBCXL_ATTACH_H
#define LIBCXL_ATTACH_H

#include <stdbool.h>

#include <cxl/libcxl.h>

/*
 * What libcxl has no call for, as functions on its objects, in its own manner: they neither print
 * nor end the program, they depend on nothing but libcxl, libkmod and the C library, and what fails
 * is a negative errno (or NULL with errno set).
 *
 * The kernel's ABI for what is read is Documentation/ABI/testing/sysfs-bus-cxl, and
 * Documentation/driver-api/driver-model/ for the links between a device, its driver and the
 * driver's module. Where there is no memdev, as before its host is bound, there is no object
 * either: the functions whose names begin with cxl_host_ take the name of the host and of its bus
 * instead. Those that write may sleep in the kernel for long, even for ever.
 */

/**
 * cxl_memdev_get_host_subsystem() - the bus of the device that the memdev hangs under
 *
 * Return: a new string that the caller frees ("pci", "platform"), or NULL with errno set.
 */
char *cxl_memdev_get_host_subsystem(struct cxl_memdev *memdev);

/**
 * cxl_memdev_get_host_driver() - the driver bound to the device that the memdev hangs under
 *
 * For a memdev with an attach provider, this is the provider (kernel: devm_cxl_probe_mem() in
 * drivers/cxl/mem.c registers the memdev under the provider's own device).
 *
 * Return: a new string that the caller frees, or NULL with errno set: ENOENT if none is bound.
 */
char *cxl_memdev_get_host_driver(struct cxl_memdev *memdev);

/**
 * cxl_memdev_get_host_module() - the module of the driver that cxl_memdev_get_host_driver() names
 *
 * Return: a new string that the caller frees, or NULL with errno set: ENOENT if none is bound, or
 * if the driver is built into the kernel.
 */
char *cxl_memdev_get_host_module(struct cxl_memdev *memdev);

/**
 * cxl_memdev_has_class_attributes() - does it have what a class-code (type 3) memdev always has?
 *
 * The kernel gives firmware_version, payload_max and label_storage_size to a memdev whose device
 * follows the CXL memory class (cxl_class_memdev_type in drivers/cxl/core/memdev.c), and to no
 * accelerator (cxl_memdev_type, since v7.2; earlier kernels have the first type only).
 *
 * Return: 1 if any of the three is there, 0 if none is, or a negative errno: -ENODEV if the memdev
 * has meanwhile gone.
 */
int cxl_memdev_has_class_attributes(struct cxl_memdev *memdev);

/**
 * cxl_memdev_unbind_host() - unbind the device that the memdev hangs under from its driver
 * @driver: the driver that it is bound to
 *
 * The memdev goes with it, and all that it has. Kernel: unbind_store() in drivers/base/bus.c,
 * Documentation/ABI/testing/sysfs-bus-platform and sysfs-bus-pci.
 *
 * Return: 0, or a negative errno: -ENODEV if it is not bound to that driver.
 */
int cxl_memdev_unbind_host(struct cxl_memdev *memdev, const char *driver);

/**
 * cxl_memdev_set_host_driver_override() - let only that driver bind to the memdev's host
 * @driver: NULL: any driver again
 *
 * Changes nothing about the driver that is bound now. Kernel: driver_override in
 * Documentation/ABI/testing/sysfs-bus-pci and sysfs-bus-platform.
 *
 * Return: 0, or a negative errno: -ENOENT if the host's bus has no such attribute.
 */
int cxl_memdev_set_host_driver_override(struct cxl_memdev *memdev, const char *driver);

/**
 * cxl_memdev_remove_host() - remove the memdev's host, a PCI device, from its bus
 *
 * Kernel: remove_store() in drivers/pci/pci-sysfs.c, Documentation/ABI/testing/sysfs-bus-pci.
 *
 * Return: 0, or a negative errno: -ENOENT if the host is no PCI device.
 */
int cxl_memdev_remove_host(struct cxl_memdev *memdev);

/**
 * cxl_memdev_unload_host_module() - unload the module of the driver of the memdev's host
 *
 * As modprobe -r does, with its configuration. Kernel: delete_module(2), driver_unregister() in
 * drivers/base/driver.c.
 *
 * Return: 0, or a negative errno: -ENOENT if the driver is built into the kernel, -EBUSY or -EAGAIN
 * if the module is used.
 */
int cxl_memdev_unload_host_module(struct cxl_memdev *memdev);

/**
 * cxl_host_bind() - bind a device to a driver of its bus
 * @subsystem: the bus ("pci", "platform")
 * @host: the device
 * @driver: the driver
 *
 * The device is one that a memdev will hang under (its provider's probe() registers it, through
 * devm_cxl_probe_mem() in drivers/cxl/mem.c), or the one that a CXL bus will (libcxl can disable a
 * bus, and has then no object left to enable; cxl_acpi_probe() in drivers/cxl/acpi.c registers it
 * again). Kernel: bind_store() in drivers/base/bus.c.
 *
 * Return: 0, or a negative errno: -ENODEV if there is no such device or it does not match, -EBUSY
 * if a driver has it, or what the driver's probe() said.
 */
int cxl_host_bind(const char *subsystem, const char *host, const char *driver);

/** cxl_host_unbind() - as cxl_memdev_unbind_host(), where the host has no memdev */
int cxl_host_unbind(const char *subsystem, const char *host, const char *driver);

/** cxl_host_set_driver_override() - as cxl_memdev_set_host_driver_override(), without memdev */
int cxl_host_set_driver_override(const char *subsystem, const char *host, const char *driver);

/**
 * cxl_host_load_module() - load the module of a driver, with those that it needs
 *
 * @options: its parameters, as modprobe takes them: "a=1 b=2"; NULL: none
 *
 * As modprobe does, with its configuration. Kernel: finit_module(2).
 *
 * Return: 0 (also if it is loaded already), or a negative errno: -ENOENT if there is no such
 * module.
 */
int cxl_host_load_module(const char *module, const char *options);

/** cxl_host_unload_module() - as cxl_memdev_unload_host_module(), where no memdev tells the module
 */
int cxl_host_unload_module(const char *module);

/**
 * cxl_flush_detach() - wait until the kernel has done what a disabled port or memdev leaves behind
 *
 * libcxl does so itself after what it disables, and has no call for it. Kernel: flush_store() in
 * drivers/cxl/core/port.c, Documentation/ABI/testing/sysfs-bus-cxl.
 *
 * Return: 0, or a negative errno: -ENOENT if there is no CXL bus, and so nothing to wait for.
 */
int cxl_flush_detach(void);

/**
 * cxl_region_is_locked() - the region's own lock (kernel: CXL_REGION_F_LOCK)
 *
 * Newer versions of libcxl have cxl_region_locked_state(); this works with every version.
 *
 * Return: 1 or 0, or a negative errno: -ENOENT on kernels before v7.1, which do not tell.
 */
int cxl_region_is_locked(struct cxl_region *region);

/**
 * cxl_region_has_locked_decoder() - has firmware locked a decoder on the region's path?
 *
 * Looks at the root decoder, at the decoders of every port that maps the region, and at the
 * endpoint decoders that it is made of (decoderX.Y/locked). Any of them locks the region too
 * (kernel: cxl_region_setup_flags() in drivers/cxl/core/region.c). A region that is locked without
 * any was locked for a memdev with an attach provider: the kernel has no other reason.
 */
bool cxl_region_has_locked_decoder(struct cxl_region *region);

#endif
