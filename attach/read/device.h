/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_DEVICE_H
#define ATTACH_READ_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/model/snapshot.h"

/* One CXL device while it is being read, and its attributes (sysfs-bus-cxl in the kernel's ABI) */

struct device;
struct sysfs_files;

/* How much is read of each device */
enum depth {
	DEPTH_ALL,
	DEPTH_STATE, /* snapshot_take_again() */
	DEPTH_BRIEF, /* snapshot_take_brief() */
};

typedef void (*read_function)(struct snapshot *snapshot, const struct device *device);

/* One device that is being read: an entry of /sys/bus/cxl/devices */
struct device {
	const char *name;
	read_function read;	   /* by its kind */
	const char *parent;	   /* the name of the device that it hangs under */
	uint64_t inode;		   /* of the entry: sysfs gives every number once (kernfs_ino()) */
	int fd;			   /* of its directory, or of one in which that has its name */
	bool above;		   /* it is the latter */
	bool lent;		   /* @fd is closed by somebody else */
	struct sysfs_files *files; /* where its attributes stay open; NULL: they do not */
	const struct snapshot *before; /* NULL: it was never read before */
	enum depth depth;
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

/** device_has() - is there an entry of that name in its directory? */
bool device_has(const struct device *device, const char *entry);

/**
 * device_text() - the text of an attribute that is a word or a short list
 *
 * Return: a text of the snapshot's, or NULL if there is none, or an empty one.
 */
const char *device_text(struct snapshot *snapshot, const struct device *device,
			const char *attribute);

/** device_number() - an attribute that is a number, or SNAPSHOT_NO_NUMBER */
uint64_t device_number(const struct device *device, const char *attribute);

/** device_flag() - an attribute that is 0 or 1 */
enum flag device_flag(const struct device *device, const char *attribute);

/** device_link() - the last part of a link's target, a text of the snapshot's; NULL for none */
const char *device_link(struct snapshot *snapshot, const struct device *device, const char *link);

#endif
