/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef LIBCXL_ATTACH_H
#define LIBCXL_ATTACH_H

#include <stdbool.h>

#include <cxl/libcxl.h>

/*
 * What libcxl does not tell about memdevs with an attach provider, as functions on its objects.
 * The kernel's ABI for all of it is Documentation/ABI/testing/sysfs-bus-cxl, and
 * Documentation/driver-api/driver-model/ for the links between a device, its driver and the
 * driver's module.
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
 * (kernel: cxl_region_setup_flags() in drivers/cxl/core/region.c).
 */
bool cxl_region_has_locked_decoder(struct cxl_region *region);

#endif
