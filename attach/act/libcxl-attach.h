/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef LIBCXL_ATTACH_H
#define LIBCXL_ATTACH_H

#include <stdbool.h>

#include <cxl/libcxl.h>

/*
 * Calls that libcxl does not have, as functions on its objects, in the style of libcxl. They
 * neither print nor end the program. They depend only on libcxl, libkmod and the C library. An
 * error is a negative errno (or NULL with errno set).
 *
 * The kernel's ABI for what they read is Documentation/ABI/testing/sysfs-bus-cxl, and
 * Documentation/driver-api/driver-model/ for the links between a device, its driver and the
 * driver's module. Before its host is bound, a memdev does not exist, and libcxl has no object for
 * it. The functions whose names begin with cxl_host_ take the name of the host and of its bus
 * instead. Functions that write may sleep in the kernel for long, even forever.
 */

/**
 * cxl_memdev_get_host_subsystem() - get the bus of the device above the memdev
 *
 * Return: a new string that the caller frees ("pci", "platform"), or NULL with errno set.
 */
char *cxl_memdev_get_host_subsystem(struct cxl_memdev *memdev);

/**
 * cxl_memdev_get_host_driver() - get the driver that is bound to the device above the memdev
 *
 * For a memdev with an attach provider, this is the provider (kernel: devm_cxl_probe_mem() in
 * drivers/cxl/mem.c registers the memdev under the provider's own device).
 *
 * Return: a new string that the caller frees, or NULL with errno set: ENOENT if no driver is bound.
 */
char *cxl_memdev_get_host_driver(struct cxl_memdev *memdev);

/**
 * cxl_memdev_get_host_module() - get the module of the driver that cxl_memdev_get_host_driver()
 * names
 *
 * Return: a new string that the caller frees, or NULL with errno set: ENOENT if no driver is bound,
 * or if the driver is built into the kernel.
 */
char *cxl_memdev_get_host_module(struct cxl_memdev *memdev);

/**
 * cxl_memdev_has_class_attributes() - test for the attributes of a class-code (type 3) memdev
 *
 * The kernel gives firmware_version, payload_max and label_storage_size to a memdev whose device
 * follows the CXL memory class (cxl_class_memdev_type in drivers/cxl/core/memdev.c), and to no
 * accelerator (cxl_memdev_type, since v7.2; earlier kernels have the first type only).
 *
 * Return: 1 if any of the three exists, 0 if none exists, or a negative errno: -ENODEV if the
 * memdev has disappeared in the meantime.
 */
int cxl_memdev_has_class_attributes(struct cxl_memdev *memdev);

/**
 * cxl_memdev_unbind_host() - unbind the device above the memdev from its driver
 * @driver: the driver that is bound to it
 *
 * The memdev and everything that belongs to it disappear. Kernel: unbind_store() in
 * drivers/base/bus.c, Documentation/ABI/testing/sysfs-bus-platform and sysfs-bus-pci.
 *
 * Return: 0, or a negative errno: -ENODEV if that driver is not bound to it.
 */
int cxl_memdev_unbind_host(struct cxl_memdev *memdev, const char *driver);

/**
 * cxl_memdev_set_host_driver_override() - let only one driver bind to the memdev's host
 * @driver: the driver; NULL: any driver again
 *
 * The driver that is bound now does not change. Kernel: driver_override in
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
 * Return: 0, or a negative errno: -ENOENT if the host is not a PCI device.
 */
int cxl_memdev_remove_host(struct cxl_memdev *memdev);

/**
 * cxl_memdev_unload_host_module() - unload the module of the driver of the memdev's host
 *
 * It works as modprobe -r, with its configuration. Kernel: delete_module(2), driver_unregister() in
 * drivers/base/driver.c.
 *
 * Return: 0, or a negative errno: -ENOENT if the driver is built into the kernel, -EBUSY or -EAGAIN
 * if the module is in use.
 */
int cxl_memdev_unload_host_module(struct cxl_memdev *memdev);

/**
 * cxl_host_bind() - bind a device to a driver of its bus
 * @subsystem: the bus ("pci", "platform")
 * @host: the device
 * @driver: the driver
 *
 * The device can be the future host of a memdev: the provider's probe() registers the memdev,
 * through devm_cxl_probe_mem() in drivers/cxl/mem.c. It can also be the future host of a CXL bus.
 * libcxl can disable a bus, but then has no object left to enable; cxl_acpi_probe() in
 * drivers/cxl/acpi.c registers the bus again. Kernel: bind_store() in drivers/base/bus.c.
 *
 * Return: 0, or a negative errno: -ENODEV if there is no such device or it does not match, -EBUSY
 * if another driver is bound to it, or the error of the driver's probe().
 */
int cxl_host_bind(const char *subsystem, const char *host, const char *driver);

/** cxl_host_unbind() - as cxl_memdev_unbind_host(), for a host without a memdev */
int cxl_host_unbind(const char *subsystem, const char *host, const char *driver);

/** cxl_host_set_driver_override() - as cxl_memdev_set_host_driver_override(), without a memdev */
int cxl_host_set_driver_override(const char *subsystem, const char *host, const char *driver);

/**
 * cxl_host_load_module() - load the module of a driver, with the modules that it needs
 *
 * @options: its parameters, as modprobe takes them: "a=1 b=2"; NULL: none
 *
 * It works as modprobe, with its configuration. Kernel: finit_module(2).
 *
 * Return: 0 (also if the module is already loaded), or a negative errno: -ENOENT if there is no
 * such module.
 */
int cxl_host_load_module(const char *module, const char *options);

/** cxl_host_unload_module() - as cxl_memdev_unload_host_module(), without a memdev */
int cxl_host_unload_module(const char *module);

/**
 * cxl_flush_detach() - wait for the kernel's detach work after a port or memdev was disabled
 *
 * libcxl itself waits after each object that it disables, but has no call for the wait alone.
 * Kernel: flush_store() in drivers/cxl/core/port.c, Documentation/ABI/testing/sysfs-bus-cxl.
 *
 * Return: 0, or a negative errno: -ENOENT if there is no CXL bus, and thus nothing to wait for.
 */
int cxl_flush_detach(void);

/**
 * cxl_region_is_locked() - test the region's own lock (kernel: CXL_REGION_F_LOCK)
 *
 * Newer versions of libcxl have cxl_region_locked_state(); this function works with every version.
 *
 * Return: 1 or 0, or a negative errno: -ENOENT on kernels before v7.1, which do not show the lock.
 */
int cxl_region_is_locked(struct cxl_region *region);

/**
 * cxl_region_has_locked_decoder() - test whether firmware has locked a decoder on the region's path
 *
 * The path consists of the root decoder, the decoders of every port that maps the region, and the
 * endpoint decoders of the region (decoderX.Y/locked). Each locked decoder also locks the region
 * (kernel: cxl_region_setup_flags() in drivers/cxl/core/region.c). A region that is locked without
 * a locked decoder was locked for a memdev with an attach provider: the kernel has no other reason.
 */
bool cxl_region_has_locked_decoder(struct cxl_region *region);

#endif
