/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_DEVICE_H
#define ATTACH_READ_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/model/snapshot.h"

/*
 * Reads: the attributes and links of one CXL device, below its entry in /sys/bus/cxl/devices
 * (kernel: Documentation/ABI/testing/sysfs-bus-cxl). kinds.h says which attributes are read.
 */

struct sysfs_files;

/* How much is read of each device */
enum depth {
	DEPTH_ALL,
	DEPTH_STATE, /* snapshot_take_again() */
	DEPTH_BRIEF, /* snapshot_take_brief() */
};

enum device_kind {
	DEVICE_OTHER, /* a device that does not concern attach: an nvdimm bridge */
	DEVICE_MEMDEV,
	DEVICE_REGION,
	DEVICE_CHILD, /* a dax or pmem region */
	DEVICE_DECODER,
	DEVICE_PORT, /* also a root or an endpoint */
};

/* A device while it is read: an entry of /sys/bus/cxl/devices */
struct device {
	const char *name;
	enum device_kind kind;
	const char *parent; /* the name of the device above it */
	uint64_t inode;	    /* of the entry; sysfs never uses a number twice (kernfs_ino()) */
	int fd; /* of its directory or, if @above is set, of a directory with an entry @name */
	bool above;
	bool lent;		   /* @fd stays open: the reader of the device does not close it */
	struct sysfs_files *files; /* the files that stay open; NULL: none */
	const struct snapshot *before; /* NULL: there is no earlier snapshot */
	const struct snapshot *like;   /* as for snapshot_take_again(); or NULL */
	enum depth depth;
	bool all_committed; /* of a decoder: every region is committed */
	bool counts;	    /* of a port: its committed decoders are counted */
	bool *lacking;	    /* set if an attribute cannot be read: see device_is_gone() */
};

/* The device in the earlier snapshot, if it is still the same device; otherwise NULL */
#define DEVICE_KNOWN(device, find)                                                                 \
	({                                                                                         \
		const __auto_type known_ =                                                         \
			(device)->before ? find((device)->before, (device)->name) : NULL;          \
		known_ && known_->inode == (device)->inode ? known_ : NULL;                        \
	})

/* The device of that name in the snapshot that the machine is taken to be like; or NULL */
#define DEVICE_LIKE(device, find) ((device)->like ? find((device)->like, (device)->name) : NULL)

/**
 * device_name_has_prefix() - test for @prefix, followed only by digits and dots: "mem0" has "mem"
 */
bool device_name_has_prefix(const char *name, const char *prefix);

/**
 * device_is_gone() - test whether the device was removed after its directory was opened
 *
 * An attribute that is missing from an existing device is evidence. An attribute that is missing
 * from a removed device is not. The file "uevent" of a device disappears before its attributes and
 * links, and every device has one (device_del() in drivers/base/core.c). The link count of its
 * directory does not show the removal (kernfs_refresh_inode()).
 */
bool device_is_gone(const struct device *device);

/** device_lacks() - test whether it is certain that there is no such entry */
bool device_lacks(const struct device *device, const char *entry);

/**
 * device_is_writable() - test whether the mode of an attribute lets root write to it; see sysfs.h
 */
bool device_is_writable(const struct device *device, const char *attribute);

/** device_has() - test whether the device's directory has an entry of that name */
bool device_has(const struct device *device, const char *entry);

/**
 * device_text() - read an attribute that is a word or a short list
 *
 * Return: a text that belongs to the snapshot; NULL if the attribute is missing or empty.
 */
const char *device_text(struct snapshot *snapshot, const struct device *device,
			const char *attribute);

/** device_number() - read an attribute that is a number; SNAPSHOT_NO_NUMBER if there is none */
uint64_t device_number(const struct device *device, const char *attribute);

/** device_flag() - read an attribute that is 0 or 1 */
enum flag device_flag(const struct device *device, const char *attribute);

/**
 * device_link() - return the last part of a link's target, which belongs to the snapshot; or NULL
 */
const char *device_link(struct snapshot *snapshot, const struct device *device, const char *link);

#endif
