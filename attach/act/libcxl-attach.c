// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "attach/act/libcxl-attach.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define CXL_DEVICES "/sys/bus/cxl/devices"

/* A handle on the device's directory, or a negative errno */
static int open_device(const char *devname)
{
	_cleanup_close_ int devices = sysfs_open_directory(AT_FDCWD, CXL_DEVICES);

	return devices < 0 ? devices : sysfs_open_directory(devices, devname);
}

static char *device_link_name(const char *devname, const char *link)
{
	_cleanup_close_ int device = open_device(devname);

	if (device < 0) {
		errno = -device;
		return NULL;
	}
	return sysfs_link_name(device, link);
}

/* ".." of a device's directory is that of its parent, whatever link led there. */

char *cxl_memdev_get_host_subsystem(struct cxl_memdev *memdev)
{
	return device_link_name(cxl_memdev_get_devname(memdev), "../subsystem");
}

char *cxl_memdev_get_host_driver(struct cxl_memdev *memdev)
{
	return device_link_name(cxl_memdev_get_devname(memdev), "../driver");
}

char *cxl_memdev_get_host_module(struct cxl_memdev *memdev)
{
	return device_link_name(cxl_memdev_get_devname(memdev), "../driver/module");
}

int cxl_memdev_has_class_attributes(struct cxl_memdev *memdev)
{
	_cleanup_close_ int device = open_device(cxl_memdev_get_devname(memdev));

	if (device < 0)
		return device;
	if (sysfs_exists(device, "firmware_version") || sysfs_exists(device, "payload_max") ||
	    sysfs_exists(device, "label_storage_size"))
		return 1;
	/* Every device has a uevent file: without one, this is what a removed device left. */
	return sysfs_exists(device, "uevent") ? 0 : -ENODEV;
}

int cxl_region_is_locked(struct cxl_region *region)
{
	_cleanup_close_ int device = open_device(cxl_region_get_devname(region));

	return device < 0 ? device : sysfs_read_flag(device, "locked");
}

static bool port_locks_region(struct cxl_port *port, struct cxl_region *region)
{
	struct cxl_endpoint *endpoint;
	struct cxl_decoder *decoder;

	cxl_decoder_foreach(port, decoder) {
		if (cxl_decoder_get_region(decoder) == region && cxl_decoder_is_locked(decoder))
			return true;
	}
	if (cxl_port_is_endpoint(port))
		return false;
	cxl_endpoint_foreach(port, endpoint) {
		if (port_locks_region(cxl_endpoint_get_port(endpoint), region))
			return true;
	}
	return false;
}

bool cxl_region_has_locked_decoder(struct cxl_region *region)
{
	struct cxl_decoder *root_decoder = cxl_region_get_decoder(region);
	struct cxl_port *root = cxl_decoder_get_port(root_decoder);
	struct cxl_port *port;

	if (cxl_decoder_is_locked(root_decoder) || port_locks_region(root, region))
		return true;
	cxl_port_foreach_all(root, port) {
		if (port_locks_region(port, region))
			return true;
	}
	return false;
}
