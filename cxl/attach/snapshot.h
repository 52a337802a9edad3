/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_SNAPSHOT_H
#define CXL_ATTACH_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cxl_ctx;

/*
 * What the machine's CXL memdevs and regions looked like at one time. Nothing later looks at
 * sysfs again: what is decided and printed comes from here.
 */

/* What an attribute said, or that it did not */
enum snapshot_flag {
	FLAG_UNKNOWN = -1, /* missing, unreadable, or neither 0 nor 1 */
	FLAG_NO = 0,
	FLAG_YES = 1,
};

struct snapshot_region {
	char *name;		   /* region0 */
	uint64_t resource;	   /* start address; UINT64_MAX where not known */
	uint64_t size;		   /* bytes; UINT64_MAX where not known */
	enum snapshot_flag locked; /* regionZ/locked */
	bool decoder_locked;	   /* any decoder on its path has decoderX.Y/locked */
	bool committed;		   /* regionZ/commit */
	bool enabled;		   /* bound to cxl_region */
};

struct snapshot_memdev {
	char *name;	      /* mem0 */
	char *host;	      /* the device it hangs under, 0000:35:00.0 */
	char *host_subsystem; /* the bus of that: pci, platform */
	char *host_driver;    /* the driver bound to that, or NULL */
	char *host_module;    /* its module, or NULL if none is known or it is built in */
	char *endpoint;	      /* endpoint3, or NULL if there is none now */
	bool enabled;	      /* bound to cxl_mem */
	enum snapshot_flag class_attributes; /* has what a class-code memdev always has */
	struct snapshot_region **regions; /* those it takes part in, in @regions of the snapshot */
	size_t nr_regions;
};

struct snapshot {
	bool has_bus; /* this kernel has a CXL bus at all */
	struct snapshot_region *regions;
	size_t nr_regions;
	struct snapshot_memdev *memdevs; /* by number: mem2 before mem10 */
	size_t nr_memdevs;
	size_t nr_left_out; /* memdevs that went away meanwhile, or that cannot be read */
};

/**
 * snapshot_take() - read the machine
 * @ctx: a libcxl context that has not enumerated anything yet; only used during the call
 * @snapshot: filled; released with snapshot_release()
 *
 * Return: 0, or a negative errno (-ENOMEM); then there is nothing to release.
 */
int snapshot_take(struct cxl_ctx *ctx, struct snapshot *snapshot);

/** snapshot_release() - free what snapshot_take() made */
void snapshot_release(struct snapshot *snapshot);

#endif
