/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef CXL_ATTACH_SNAPSHOT_H
#define CXL_ATTACH_SNAPSHOT_H

#include <obstack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/flag.h"

/*
 * What the machine's CXL devices looked like at one time. Nothing later looks at sysfs again: what
 * is decided and printed comes from here.
 *
 * It is read straight from sysfs, relative to a handle on /sys/bus/cxl/devices (kernel:
 * Documentation/ABI/testing/sysfs-bus-cxl), because a listing of thousands of memdevs has no time
 * for libcxl's enumeration; test/replay/same-as-libcxl.c holds the two against each other.
 *
 * A text is NULL, a number SNAPSHOT_NO_NUMBER, a flag FLAG_UNKNOWN and a pointer NULL where the
 * attribute or link behind it is missing, unreadable or no such thing. All texts belong to the
 * snapshot.
 */

#define SNAPSHOT_NO_NUMBER UINT64_MAX

/* Deeper than any hierarchy of ports can be: a damaged tree may go round in circles. */
#define SNAPSHOT_DEPTH_MAX 64

/* A device below a host that is none of CXL's: a network interface, a disk */
struct snapshot_dependent {
	const char *subsystem; /* net, block */
	const char *name;      /* eth0 */
	const char *state;     /* of a network interface: up, down */
	const char *dev;       /* of one with a file in /dev: "8:0" */
};

/* Who would miss a device: read by snapshot_read_users() */
struct snapshot_user {
	const char *device; /* mem0, region0, or a dependent's name */
	const char *kind;   /* open, up, address, default-route, mount, swap, system-ram */
	const char *what;   /* the process' command, the address, the directory; or NULL */
	uint64_t pid;	    /* of open; else 0 */
};

/* The device that a memdev hangs under */
struct snapshot_host {
	const char *name;	  /* 0000:35:00.0 */
	const char *subsystem;	  /* its bus: pci, platform */
	const char *driver;	  /* bound to it */
	const char *module;	  /* that driver's module; NULL if it is built in, too */
	const char *module_file;  /* the file of that module */
	enum flag imports_attach; /* does that file import devm_cxl_probe_mem()? */
	enum flag holds_cxl_mem;  /* is that module among cxl_mem's holders? */
	struct snapshot_dependent *dependents; /* once snapshot_read_dependents() has been called */
	size_t nr_dependents;
	const char *driver_override; /* likewise; NULL for none */
	enum flag autoprobe;	     /* likewise: do drivers bind by themselves on its bus? */
};

/* A device without a memdev that an attach provider drives, or would drive */
struct snapshot_unattached_host {
	struct snapshot_host host;	  /* module and file: the provider's */
	const char *provider;		  /* the provider's driver, bound or not */
	const char *matched;		  /* how it is known: driver, driver_override or modalias */
	enum flag deferred;		  /* its probe waits for something; only root can know */
	enum flag capable;		  /* has it CXL memory? PCI; only root can know */
	struct snapshot_port *port;	  /* the one above it, while there is one */
	struct snapshot_decoder *decoder; /* of that port, committed, towards it */
};

enum snapshot_port_kind {
	PORT_ROOT,
	PORT_SWITCH, /* host bridges, too */
	PORT_ENDPOINT,
};

struct snapshot_port {
	const char *name; /* root0, port1, endpoint3 */
	uint64_t inode;	  /* of its entry in sysfs, which no other device ever has */
	enum snapshot_port_kind kind;
	const char *parent_name;
	struct snapshot_port *parent; /* NULL for a root */
	const char *uport; /* the device that it is the port of: ACPI0017:00, pci0000:10, mem0 */
	const char *host_subsystem; /* of a root: the bus of the device that it hangs under */
	const char *host_driver;    /* of a root: that device's driver, cxl_acpi */
	bool enabled;		    /* bound to cxl_port; a root: always */
	struct snapshot_decoder **decoders; /* in @decoders of the snapshot, by number */
	size_t nr_decoders;
};

struct snapshot_decoder {
	const char *name; /* decoder1.0 */
	uint64_t inode;
	const char *port_name;
	struct snapshot_port *port;
	const char *region_name;	/* not of a root decoder: many regions can lie in that */
	struct snapshot_region *region; /* what it maps */
	/* "accelerator" (device coherent) or "expander"; of an endpoint's that maps a region */
	const char *target_type;
	const char *target_list; /* "0,1": ids of downstream ports; of a switch's that has a size */
	uint64_t start;		 /* what it decodes: first address */
	uint64_t size;		 /* bytes */
	enum flag locked;	 /* by firmware, until the next reset */
	enum flag delete_region; /* root: user space can delete regions here */
};

struct snapshot_region {
	const char *name; /* region0 */
	const char *root_decoder_name;
	struct snapshot_decoder *root_decoder; /* that it lies in */
	const char *mode;		       /* ram, pmem */
	uint64_t resource;		       /* first address */
	uint64_t size;			       /* bytes */
	uint64_t interleave_ways;
	enum flag locked; /* regionZ/locked: not before v7.1 */
	enum flag committed;
	bool unread;	    /* nothing but its name is known: one of @unread_regions */
	const char *driver; /* cxl_region, once bound */
	const char *child;  /* dax_region0 or pmem_region0: what makes it memory for everyone */
	struct snapshot_decoder **decoders; /* that map it, on ports and endpoints, by name */
	size_t nr_decoders;
	struct snapshot_memdev **memdevs; /* that take part in it, by number */
	size_t nr_memdevs;
};

struct snapshot_memdev {
	const char *name; /* mem0 */
	uint64_t inode;
	uint64_t id; /* 0 */
	uint64_t serial;
	uint64_t numa_node;	    /* SNAPSHOT_NO_NUMBER for none, too */
	uint64_t ram_size;	    /* bytes */
	uint64_t pmem_size;	    /* bytes */
	bool enabled;		    /* bound to cxl_mem */
	enum flag class_attributes; /* has what a class-code (type 3) memdev always has */
	struct snapshot_host host;
	struct snapshot_port *endpoint;
	struct snapshot_region **regions; /* that it takes part in, by number */
	size_t nr_regions;
};

/* A dax or pmem region, before it is known which region it is below */
struct snapshot_child {
	const char *name;
	const char *region_name;
};

struct snapshot {
	bool has_bus;			 /* this kernel has a CXL bus at all */
	enum flag attach_support;	 /* has this kernel devm_cxl_probe_mem()? */
	const char *attach_support_file; /* that told so */

	/* Each by number or name: mem2 before mem10 */
	struct snapshot_port *ports;
	size_t nr_ports;
	struct snapshot_decoder *decoders;
	size_t nr_decoders;
	struct snapshot_region *regions;
	size_t nr_regions;
	struct snapshot_memdev *memdevs;
	size_t nr_memdevs;
	struct snapshot_unattached_host *unattached_hosts; /* by name */
	size_t nr_unattached_hosts;

	/* That decoders name, and that are not among the devices: about to go, or not readable */
	struct snapshot_region *unread_regions;
	size_t nr_unread_regions;

	struct snapshot_user *users; /* once snapshot_read_users() has been called */
	size_t nr_users;

	size_t nr_left_out; /* memdevs that went away meanwhile, or that cannot be read */

	/* Private */
	struct snapshot_child *children;
	size_t nr_children;
	const char **memdev_hosts; /* of all memdevs, those that are left out, too */
	size_t nr_memdev_hosts;
	struct obstack texts;
};

/**
 * snapshot_begin() - an empty snapshot, to be filled by attach/read, then linked
 *
 * Whatever became of that, it is released with snapshot_release().
 */
void snapshot_begin(struct snapshot *snapshot);

/** snapshot_keep() - a copy of @text that belongs to the snapshot; NULL for NULL */
const char *snapshot_keep(struct snapshot *snapshot, const char *text);

/** snapshot_sort_ports() - so that they can be found while the rest is still being read; pure */
void snapshot_sort_ports(struct snapshot *snapshot);

/**
 * snapshot_link() - sort what was read, and turn the names in it into pointers
 *
 * A name that leads nowhere, because the device went away meanwhile, leaves its pointer NULL. Pure.
 */
void snapshot_link(struct snapshot *snapshot);

/** snapshot_release() - free all that belongs to it */
void snapshot_release(struct snapshot *snapshot);

/** snapshot_bus() - the root port that @port lies under, or NULL if that is not known */
const struct snapshot_port *snapshot_bus(const struct snapshot_port *port);

/** snapshot_bus_provider() - "ACPI.CXL", "cxl_test", as cxl_bus_get_provider() of libcxl; or NULL
 */
const char *snapshot_bus_provider(const struct snapshot_port *bus);

/** snapshot_is_below() - is @port @top itself, or below it? */
bool snapshot_is_below(const struct snapshot_port *port, const struct snapshot_port *top);

/** snapshot_memdev_has_user() - would that user miss the memdev, or what hangs below its host? */
bool snapshot_memdev_has_user(const struct snapshot_memdev *memdev,
			      const struct snapshot_user *user);

/** snapshot_region_has_locked_decoder() - has firmware locked one on its path? */
bool snapshot_region_has_locked_decoder(const struct snapshot_region *region);

/** snapshot_find_port() - the port, endpoint or root of that name ("port1"), or NULL */
struct snapshot_port *snapshot_find_port(const struct snapshot *snapshot, const char *name);

/** snapshot_find_decoder() - the decoder of that name ("decoder1.0"), or NULL */
struct snapshot_decoder *snapshot_find_decoder(const struct snapshot *snapshot, const char *name);

/** snapshot_find_memdev() - the memdev of that name ("mem0"), or NULL */
struct snapshot_memdev *snapshot_find_memdev(const struct snapshot *snapshot, const char *name);

/** snapshot_memdev_of() - the memdev of the host of that name, or NULL */
struct snapshot_memdev *snapshot_memdev_of(const struct snapshot *snapshot, const char *host);

/** snapshot_find_region() - the region of that name ("region0"), or NULL */
struct snapshot_region *snapshot_find_region(const struct snapshot *snapshot, const char *name);

#endif
