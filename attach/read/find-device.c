// SPDX-License-Identifier: LGPL-2.1-only
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "attach/read/find-device.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs-files.h"
#include "util/sysfs.h"

/* Return the parent: the target of the link in /sys/bus/cxl/devices ends in PARENT/NAME. */
static const char *read_parent(struct snapshot *snapshot, int devices, const char *name)
{
	char target[PATH_MAX];
	int length = sysfs_link(devices, name, target, sizeof(target));
	char *end = length < 0 ? NULL : strrchr(target, '/');
	const char *start;

	if (!end)
		return NULL;
	*end = '\0';
	start = strrchr(target, '/');
	return snapshot_keep(snapshot, start ? start + 1 : target);
}

/* Return the name of the port above a port that is still the same port; otherwise NULL */
static const char *known_parent(const struct device *device)
{
	const struct snapshot_port *known = DEVICE_KNOWN(device, snapshot_find_port);

	return known ? known->parent_name : NULL;
}

/* decoder3.0 belongs to the port with number 3 (cxl_decoder_add() in drivers/cxl/core/port.c). */
const struct snapshot_port *find_port_of_decoder(const struct snapshot *snapshot, const char *name)
{
	static const char *const prefixes[] = {"endpoint", "port", "root"};
	const char *number = name + strlen("decoder");
	size_t digits = strcspn(number, ".");
	char port[NAME_MAX + sizeof("endpoint")];

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		const struct snapshot_port *found;

		*(char *)mempcpy(stpcpy(port, prefixes[i]), number, digits) = '\0';
		found = snapshot_find_port(snapshot, port);
		if (found)
			return found;
	}
	return NULL;
}

/* Keep the directory of a port open, until find_end() or FIND_DIRECTORIES_MAX others */
static void keep_directory(struct reading *reading, uint64_t port, int fd)
{
	struct port_directory *oldest =
		&reading->directories[reading->nr_directories % FIND_DIRECTORIES_MAX];

	if (reading->nr_directories >= FIND_DIRECTORIES_MAX)
		close(oldest->fd);
	*oldest = (struct port_directory){port, fd};
	reading->nr_directories++;
}

/*
 * Open the directory of a port, which stays open for the decoders of the port: they are read one
 * after the other, because all devices are in order.
 */
static int open_port(struct reading *reading, int devices, const char *name, uint64_t inode)
{
	int fd = -1;

	/* An endpoint appears and disappears with its memdev. */
	if (reading->files && !device_name_has_prefix(name, "endpoint"))
		fd = sysfs_files_directory(reading->files, inode, devices, name);
	if (fd >= 0)
		return fd;
	for (size_t i = 0; i < MIN(reading->nr_directories, FIND_DIRECTORIES_MAX); i++) {
		if (reading->directories[i].port == inode)
			return reading->directories[i].fd;
	}
	fd = sysfs_open_directory(devices, name);
	if (fd >= 0)
		keep_directory(reading, inode, fd);
	return fd;
}

/*
 * A device that appears again does so below the same parent, whose directory stays open. The path
 * from there is shorter than the device's link. No other device has its name, so that a success
 * shows where it is.
 */
static bool find_endpoint_again(struct snapshot *snapshot, struct reading *reading, int devices,
				struct device *device)
{
	const struct snapshot_port *like = DEVICE_LIKE(device, snapshot_find_port), *above;
	int fd;

	if (!like || like->kind != PORT_ENDPOINT)
		return false;
	above = snapshot_find_port(reading->before, like->parent_name);
	fd = above ? sysfs_files_directory(reading->files, above->inode, devices, above->name) : -1;
	if (fd >= 0)
		fd = sysfs_open_directory(fd, device->name);
	if (fd < 0)
		return false;
	keep_directory(reading, device->inode, fd);
	device->fd = fd;
	device->lent = true;
	device->parent = snapshot_keep(snapshot, above->name);
	return true;
}

/* As find_endpoint_again(). Reading the region shows whether it is there: see read_found(). */
static bool find_region_again(struct snapshot *snapshot, struct reading *reading, int devices,
			      struct device *device)
{
	const struct snapshot_region *like = DEVICE_LIKE(device, snapshot_find_region);
	const struct snapshot_decoder *above =
		like ? snapshot_find_decoder(reading->before, like->root_decoder_name) : NULL;

	device->fd =
		above ? sysfs_files_directory(reading->files, above->inode, devices, above->name)
		      : -1;
	device->above = device->lent = device->fd >= 0;
	if (device->above)
		device->parent = snapshot_keep(snapshot, above->name);
	return device->above;
}

/* As find_region_again(), through the directory of the memdev's host, which is no CXL device */
static bool find_memdev_again(struct snapshot *snapshot, struct reading *reading, int devices,
			      struct device *device)
{
	const struct snapshot_memdev *like = DEVICE_LIKE(device, snapshot_find_memdev);
	_cleanup_free_ char *path = NULL;

	if (!like || !like->host.name || !like->host.subsystem)
		return false;
	path = xasprintf("../../%s/devices/%s", like->host.subsystem, like->host.name);
	device->fd = sysfs_files_directory(reading->files, like->inode, devices, path);
	device->above = device->lent = device->fd >= 0;
	if (device->above)
		device->parent = snapshot_keep(snapshot, like->host.name);
	return device->above;
}

static bool find_again(struct snapshot *snapshot, struct reading *reading, int devices,
		       struct device *device)
{
	if (!reading->like || !reading->files)
		return false;
	switch (device->kind) {
	case DEVICE_PORT:
		return find_endpoint_again(snapshot, reading, devices, device);
	case DEVICE_REGION:
		return find_region_again(snapshot, reading, devices, device);
	case DEVICE_MEMDEV:
		return find_memdev_again(snapshot, reading, devices, device);
	default:
		return false;
	}
}

void find_end(struct reading *reading)
{
	for (size_t i = 0; i < MIN(reading->nr_directories, FIND_DIRECTORIES_MAX); i++)
		close(reading->directories[i].fd);
	reading->nr_directories = 0;
}

/*
 * Find a decoder through the directory of its port, which was read before. There are more decoders
 * than other devices, and this avoids reading their links. Reading the decoder shows whether the
 * directory leads to it: see read_found().
 */
static bool find_decoder(const struct snapshot *snapshot, struct reading *reading, int devices,
			 struct device *device)
{
	const struct snapshot_port *port = find_port_of_decoder(snapshot, device->name);
	bool open;

	if (!port)
		return false;
	device->files = port->kind != PORT_ENDPOINT ? reading->files : NULL;
	open = device->files && sysfs_files_have(device->files, device->inode);
	device->fd = open ? devices : open_port(reading, devices, port->name, port->inode);
	device->above = device->lent = device->fd >= 0;
	if (device->lent)
		device->parent = port->name;
	return device->lent;
}

static void find_itself(struct snapshot *snapshot, struct reading *reading, int devices,
			struct device *device)
{
	if (device->kind == DEVICE_PORT) {
		device->parent = snapshot_keep(snapshot, known_parent(device));
		if (!device_name_has_prefix(device->name, "endpoint"))
			device->files = reading->files;
		device->fd = open_port(reading, devices, device->name, device->inode);
		device->lent = device->fd >= 0;
	}
	if (!device->lent)
		device->fd = sysfs_open_directory(devices, device->name);
	if (device->fd >= 0 && !device->parent)
		device->parent = read_parent(snapshot, devices, device->name);
}

void find_device(struct snapshot *snapshot, struct reading *reading, int devices,
		 struct device *device)
{
	if (device->kind == DEVICE_DECODER && find_decoder(snapshot, reading, devices, device))
		return;
	device->counts = reading->files != NULL;
	if (!find_again(snapshot, reading, devices, device))
		find_itself(snapshot, reading, devices, device);
	device->parent = snapshot_share(snapshot, device->parent, reading->parent);
	reading->parent = device->parent;
}

void find_through_link(struct snapshot *snapshot, int devices, struct device *device)
{
	device->fd = sysfs_open_directory(devices, device->name);
	if (device->fd >= 0)
		device->parent = read_parent(snapshot, devices, device->name);
}
