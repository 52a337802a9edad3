// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/read/devices.h"
#include "attach/read/kinds.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs-files.h"
#include "util/sysfs.h"
#include "util/unread.h"

/* The maximum number of targets of a region: CXL_DECODER_MAX_INTERLEAVE in drivers/cxl/cxl.h */
#define TARGETS_MAX 16

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

/* The directory of a port, which stays open while its decoders are read */
struct directory {
	uint64_t port; /* the inode of the port */
	int fd;
};

/* The maximum number of directories that stay open */
#define DIRECTORIES_MAX 8

/* The settings for reading devices: see struct device */
struct reading {
	const struct snapshot *before;
	struct sysfs_files *files;
	enum depth depth;
	const struct snapshot *like;
	struct directory directories[DIRECTORIES_MAX];
	size_t nr_directories;
};

/* Return the name of the port above a port that is still the same port; otherwise NULL */
static const char *known_parent(const struct device *device)
{
	const struct snapshot_port *known = DEVICE_KNOWN(device, snapshot_find_port);

	return known ? known->parent_name : NULL;
}

/* decoder3.0 belongs to the port with number 3 (cxl_decoder_add() in drivers/cxl/core/port.c). */
static const struct snapshot_port *port_of_decoder(const struct snapshot *snapshot,
						   const char *name)
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

/* Open the directory of a port, which leave_directories() closes; -1 if no more can stay open */
static int port_directory(struct reading *reading, int devices, const char *name, uint64_t inode)
{
	int fd = -1;

	/* An endpoint appears and disappears with its memdev. */
	if (reading->files && !device_name_has_prefix(name, "endpoint"))
		fd = sysfs_files_directory(reading->files, inode, devices, name);
	if (fd >= 0)
		return fd;
	for (size_t i = 0; i < reading->nr_directories; i++) {
		if (reading->directories[i].port == inode)
			return reading->directories[i].fd;
	}
	if (reading->nr_directories == DIRECTORIES_MAX)
		return -1;
	fd = sysfs_open_directory(devices, name);
	if (fd >= 0)
		reading->directories[reading->nr_directories++] = (struct directory){inode, fd};
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

	if (!like || like->kind != PORT_ENDPOINT || reading->nr_directories == DIRECTORIES_MAX)
		return false;
	above = snapshot_find_port(reading->before, like->parent_name);
	fd = above ? sysfs_files_directory(reading->files, above->inode, devices, above->name) : -1;
	if (fd >= 0)
		fd = sysfs_open_directory(fd, device->name);
	if (fd < 0)
		return false;
	reading->directories[reading->nr_directories++] = (struct directory){device->inode, fd};
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

static void leave_directories(struct reading *reading)
{
	for (size_t i = 0; i < reading->nr_directories; i++)
		close(reading->directories[i].fd);
	reading->nr_directories = 0;
}

/* Open the directory of a decoder of that port; a negative errno if the port has no such decoder */
static int open_decoder(int devices, const char *port, const char *decoder)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", port, decoder);

	return sysfs_open_directory(devices, path);
}

/*
 * Find a decoder through the directory of its port, which was read before. There are more decoders
 * than other devices, and this avoids reading their links. Reading the decoder shows whether the
 * directory leads to it: see read_found().
 */
static bool find_decoder(const struct snapshot *snapshot, struct reading *reading, int devices,
			 struct device *device)
{
	const struct snapshot_port *port = port_of_decoder(snapshot, device->name);
	bool open;

	if (!port)
		return false;
	device->files = port->kind != PORT_ENDPOINT ? reading->files : NULL;
	open = device->files && sysfs_files_have(device->files, device->inode);
	device->fd = open ? devices : port_directory(reading, devices, port->name, port->inode);
	device->above = device->lent = device->fd >= 0;
	if (!device->lent)
		device->fd = open_decoder(devices, port->name, device->name);
	if (device->fd >= 0)
		device->parent = port->name;
	return device->fd >= 0;
}

/* Set the directory of the device, and its parent */
static void find_device(struct snapshot *snapshot, struct reading *reading, int devices,
			struct device *device)
{
	if (device->kind == DEVICE_DECODER && find_decoder(snapshot, reading, devices, device))
		return;
	device->counts = reading->files != NULL;
	if (find_again(snapshot, reading, devices, device))
		return;
	if (device->kind == DEVICE_PORT) {
		device->parent = snapshot_keep(snapshot, known_parent(device));
		if (!device_name_has_prefix(device->name, "endpoint"))
			device->files = reading->files;
		device->fd = port_directory(reading, devices, device->name, device->inode);
		device->lent = device->fd >= 0;
	}
	if (!device->lent)
		device->fd = sysfs_open_directory(devices, device->name);
	if (device->fd >= 0 && !device->parent)
		device->parent = read_parent(snapshot, devices, device->name);
}

/*
 * Read the device through the directory that find_device() has set. If that directory does not lead
 * to it, read it through its link: the device has just disappeared, or the tree is damaged.
 */
static void read_found(struct snapshot *snapshot, int devices, struct device *device)
{
	bool found = kind_read(snapshot, device);

	if (!device->lent)
		close(device->fd);
	if (found || !device->above)
		return;
	device->above = device->lent = false;
	device->fd = sysfs_open_directory(devices, device->name);
	if (device->fd < 0)
		return;
	device->parent = read_parent(snapshot, devices, device->name);
	kind_read(snapshot, device);
	close(device->fd);
}

/* Test for a device that shows which memdevs and regions exist; for decoders, see read_targets() */
static bool is_of_brief(const struct device *device)
{
	return device->kind == DEVICE_MEMDEV || device->kind == DEVICE_REGION ||
	       (device->kind == DEVICE_PORT && device_name_has_prefix(device->name, "endpoint"));
}

/* Add a decoder without reading it, if its state is known */
static bool add_known_decoder(const struct reading *reading, struct snapshot *snapshot,
			      const struct device *device)
{
	const struct snapshot_port *port;

	if (copy_root_decoder(snapshot, device))
		return true;
	port = reading->like ? port_of_decoder(snapshot, device->name) : NULL;
	return port && assume_idle_decoder(snapshot, device, port);
}

static void read_device(struct reading *reading, struct snapshot *snapshot, int devices,
			struct device *device)
{
	if ((reading->depth == DEPTH_BRIEF && !is_of_brief(device)) ||
	    (device->kind == DEVICE_DECODER && add_known_decoder(reading, snapshot, device)))
		return;
	find_device(snapshot, reading, devices, device);
	if (device->fd < 0) {
		snapshot->nr_left_out += device->kind == DEVICE_MEMDEV;
		return;
	}
	read_found(snapshot, devices, device);
}

/* Read the decoders of endpoints that map a region: they show which memdevs take part in it. */
static void read_targets(struct reading *reading, struct snapshot *snapshot, int devices,
			 const char *region, uint64_t count)
{
	for (uint64_t i = 0; i < count && i < TARGETS_MAX; i++) {
		_cleanup_free_ char *path = xasprintf("%s/target%ju", region, (uintmax_t)i);
		struct device device = {
			.kind = DEVICE_DECODER, .fd = devices, .depth = DEPTH_BRIEF};

		device.name = device_text(snapshot, &device, path);
		if (!device.name || !device_name_has_prefix(device.name, "decoder"))
			continue;
		find_device(snapshot, reading, devices, &device);
		if (device.fd >= 0)
			read_found(snapshot, devices, &device);
	}
}

static bool are_all_committed(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		if (snapshot->regions[i].committed != FLAG_YES)
			return false;
	}
	return true;
}

/* Read the ports, through which decoders are found, and put the other devices into a list */
static void read_ports(struct reading *reading, struct snapshot *snapshot, DIR *devices,
		       struct device **others, size_t *nr_others)
{
	const struct dirent *entry;

	while ((entry = unread_entry(devices))) {
		struct device device = {
			.kind = kind_of(entry->d_name),
			.inode = entry->d_ino,
			.before = reading->before,
			.depth = reading->depth,
			.like = reading->like,
		};

		if (device.kind == DEVICE_OTHER)
			continue;
		device.name = snapshot_keep(snapshot, entry->d_name);
		if (device.kind == DEVICE_PORT)
			read_device(reading, snapshot, dirfd(devices), &device);
		else
			*APPEND(*others, *nr_others) = device;
	}
	snapshot_sort_ports(snapshot);
}

static void read_all(struct reading *reading, struct snapshot *snapshot, DIR *devices)
{
	_cleanup_free_ struct device *others = NULL;
	size_t nr_others = 0;
	bool all_committed;

	read_ports(reading, snapshot, devices, &others, &nr_others);
	for (size_t i = 0; i < nr_others; i++) {
		if (others[i].kind != DEVICE_DECODER)
			read_device(reading, snapshot, dirfd(devices), &others[i]);
	}
	all_committed = are_all_committed(snapshot);
	for (size_t i = 0; i < nr_others; i++) {
		others[i].all_committed = all_committed;
		if (others[i].kind == DEVICE_DECODER)
			read_device(reading, snapshot, dirfd(devices), &others[i]);
	}
	for (size_t i = 0; reading->depth == DEPTH_BRIEF && i < snapshot->nr_regions; i++)
		read_targets(reading, snapshot, dirfd(devices), snapshot->regions[i].name,
			     snapshot->regions[i].interleave_ways);
	leave_directories(reading);
}

int devices_read(const struct snapshot *before, struct sysfs_files *files, enum depth depth,
		 const struct snapshot *like, struct snapshot *snapshot)
{
	struct reading reading = {.before = before, .files = files, .depth = depth, .like = like};
	DIR *kept = files ? files->listing : NULL;
	DIR *devices = kept ?: root_opendir(snapshot->root, "/sys/bus/cxl/devices");

	if (!devices) {
		int error = errno;

		snapshot->has_bus = root_exists(snapshot->root, "/sys/bus/cxl");
		return error == ENOENT ? 0 : -error;
	}
	snapshot->has_bus = true;
	if (kept)
		rewinddir(kept);
	read_all(&reading, snapshot, devices);
	if (files)
		files->listing = devices;
	else
		closedir(devices);
	/* If cxl_core was loaded again, the directory is another one. */
	if (!kept || snapshot->nr_ports > 0)
		return 0;
	closedir(kept);
	files->listing = NULL;
	return devices_read(before, files, depth, like, snapshot);
}
