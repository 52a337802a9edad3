/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_DEVICE_H
#define ATTACH_READ_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/model/snapshot.h"

/*
 * Reads: the attributes and links of one CXL device, below its entry in /sys/bus/cxl/devices
 * (kernel: Documentation/ABI/testing/sysfs-bus-cxl). Which of them are read is in kinds.h.
 */

struct sysfs_files;

/* How much is read of each device */
enum depth {
	DEPTH_ALL,
	DEPTH_STATE, /* snapshot_take_again() */
	DEPTH_BRIEF, /* snapshot_take_brief() */
};

enum device_kind {
	DEVICE_OTHER, /* attach has nothing to do with it: an nvdimm bridge */
	DEVICE_MEMDEV,
	DEVICE_REGION,
	DEVICE_CHILD, /* a dax or pmem region */
	DEVICE_DECODER,
	DEVICE_PORT, /* also a root or an endpoint */
};

/* One device that is being read: an entry of /sys/bus/cxl/devices */
struct device {
	const char *name;
	enum device_kind kind;
	const char *parent; /* the name of the device that it is below */
	uint64_t inode;	    /* of the entry: sysfs never gives a number twice (kernfs_ino()) */
	int fd;		    /* of its directory or, if @above, of one that has an entry @name */
	bool above;
	bool lent;		   /* @fd stays open: the reader of the device does not close it */
	struct sysfs_files *files; /* where its attributes stay open; NULL: they do not */
	const struct snapshot *before; /* NULL: it was never read before */
	enum depth depth;
	bool all_committed; /* of a decoder: there is no region that is not committed */
	bool *lacking;	    /* set when something of it cannot be read: see device_is_gone() */
};

/* The device as it was read before, if it is still the same one; else NULL */
#define DEVICE_KNOWN(device, find)                                                                 \
	({                                                                                         \
		const __auto_type known_ =                                                         \
			(device)->before ? find((device)->before, (device)->name) : NULL;          \
		known_ && known_->inode == (device)->inode ? known_ : NULL;                        \
	})

/** device_name_has_prefix() - "mem0" has the prefix "mem": only digits and dots follow */
bool device_name_has_prefix(const char *name, const char *prefix);

/**
 * device_is_gone() - was the device removed since its directory was opened?
 *
 * What a removed device lacks says nothing about it, but much about one that is there. Its file
 * "uevent" goes before its attributes and links do, and every device has one (device_del() in
 * drivers/base/core.c). The link count of its directory does not say it (kernfs_refresh_inode()).
 */
bool device_is_gone(const struct device *device);

/** device_lacks() - is it certain that there is no such entry? */
bool device_lacks(const struct device *device, const char *entry);

/** device_is_writable() - does the mode of an attribute let root write to it? See sysfs.h */
bool device_is_writable(const struct device *device, const char *attribute);

/** device_has() - is there an entry of that name in its directory? */
bool device_has(const struct device *device, const char *entry);

/**
 * device_text() - the text of an attribute that is a word or a short list
 *
 * Return: a text that belongs to the snapshot; NULL if the attribute is missing or empty.
 */
const char *device_text(struct snapshot *snapshot, const struct device *device,
			const char *attribute);

/** device_number() - an attribute that is a number, or SNAPSHOT_NO_NUMBER */
uint64_t device_number(const struct device *device, const char *attribute);

/** device_flag() - an attribute that is 0 or 1 */
enum flag device_flag(const struct device *device, const char *attribute);

/** device_link() - the last part of a link's target, which belongs to the snapshot; or NULL */
const char *device_link(struct snapshot *snapshot, const struct device *device, const char *link);

#endif
