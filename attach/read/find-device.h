/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_FIND_DEVICE_H
#define ATTACH_READ_FIND_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include "attach/read/device.h"

/*
 * Where the directory of a CXL device is. The link in /sys/bus/cxl/devices leads there. The path
 * from a directory that is open already is shorter, and is taken where one is known.
 */

/* The directory of a port, which stays open while its decoders are read */
struct port_directory {
	uint64_t port; /* the inode of the port */
	int fd;
};

/* The maximum number of directories that stay open */
#define FIND_DIRECTORIES_MAX 8

/* The settings for reading devices (see struct device), and what is open meanwhile */
struct reading {
	const struct snapshot *before;
	struct sysfs_files *files;
	enum depth depth;
	const struct snapshot *like;
	const char *parent; /* of the device before: most devices have the same one */
	struct port_directory directories[FIND_DIRECTORIES_MAX];
	size_t nr_directories; /* that were opened: the latest of them are open */
};

/**
 * find_device() - open the directory of the device, and set its parent
 * @devices: /sys/bus/cxl/devices
 *
 * device.fd is negative if there is none. With device.lent, the caller does not close it. With
 * device.above, it is a directory above the device, and only reading shows whether the device is
 * there.
 */
void find_device(struct snapshot *snapshot, struct reading *reading, int devices,
		 struct device *device);

/** find_through_link() - as find_device(), but through the device's link; the caller closes it */
void find_through_link(struct snapshot *snapshot, int devices, struct device *device);

/** find_port_of_decoder() - return the port that a decoder of that name belongs to, or NULL */
const struct snapshot_port *find_port_of_decoder(const struct snapshot *snapshot, const char *name);

/** find_end() - close what find_device() has kept open */
void find_end(struct reading *reading);

#endif
