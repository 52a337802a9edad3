/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_SNAPSHOT_H
#define ATTACH_MODEL_SNAPSHOT_H

#include <obstack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/flag.h"
#include "util/root.h"

/*
 * The CXL devices of the machine at one time: data alone, with the links in it. attach/read fills
 * it, and whatever is decided and printed comes from here.
 *
 * A text is NULL, a number SNAPSHOT_NO_NUMBER, a flag FLAG_UNKNOWN and a pointer NULL if the
 * attribute or link behind it is missing, unreadable or invalid. All texts belong to the snapshot.
 */

#define SNAPSHOT_NO_NUMBER UINT64_MAX

/* Deeper than any hierarchy of ports: the links of a damaged tree may go in circles. */
#define SNAPSHOT_DEPTH_MAX 64

/* A device below a host that is not CXL's: a network interface, a disk */
struct snapshot_dependent {
	const char *subsystem; /* net, block */
	const char *name;      /* eth0 */
	const char *state;     /* of a network interface: up, down */
	const char *dev;       /* of a device with a file in /dev: "8:0" */
};

/* A process, network or file system that uses a device */
struct snapshot_user {
	const char *device; /* mem0, region0, a dependent's name, or that of a host's module */
	/* open, mapped, holder, up, address, default-route, mount, swap, system-ram; of a module:
	 * module, reference */
	const char *kind;
	/* The process' command, what is stacked on a disk, the address, the directory, the dax
	 * device or memory blocks, the module that uses it, how many references; or NULL */
	const char *what;
	uint64_t pid; /* of open and mapped, and of a mount in that process' namespace; else 0 */
};

/* A PCI device that is beside a host */
struct snapshot_neighbor {
	const char *name;
	const char *driver; /* NULL: none is bound */
};

/* What else there is about a host that is a PCI device */
struct snapshot_pci {
	struct snapshot_neighbor *functions; /* the other functions of the same device */
	size_t nr_functions;
	const char *iommu_group;	 /* its number; NULL: none, or it is not known */
	struct snapshot_neighbor *group; /* the other devices of that group */
	size_t nr_group;
	const char *reset_methods;     /* by which the kernel can reset it: "flr bus"; NULL: none */
	bool has_reset, has_cxl_reset; /* can a write to this file reset it under its driver? */
	enum flag memory_enabled;      /* does its CXL memory answer? Only root can know. */
};

/* The device that a memdev is below */
struct snapshot_host {
	const char *name;	  /* 0000:35:00.0 */
	const char *subsystem;	  /* its bus: pci, platform */
	const char *driver;	  /* bound to it */
	const char *module;	  /* of that driver; NULL also if it is built in */
	const char *module_file;  /* the file of that module */
	enum flag imports_attach; /* does that file import the kernel's attach call? */
	const char *symbol;	  /* by which it attaches, or may attach; NULL: it imports none */
	const char *importer;	  /* the module below that module that imports the attach call */
	const char *importer_file;
	enum flag holds_cxl_mem; /* is that module among cxl_mem's holders? */
	/* The rest is only read on request: attach/read/dependents.h */
	struct snapshot_dependent *dependents;
	size_t nr_dependents;
	const char *driver_override; /* NULL for none */
	/* Its driver could not bind it again with the driver_override that it has, or has not */
	bool needs_override;
	enum flag autoprobe; /* do drivers bind by themselves on its bus? */
	/* And these: attach/read/reload.h */
	const char *module_options; /* parameters of the module: "a=1 b=2"; NULL: none */
	const char *reload_problem; /* why the module cannot be loaded again; NULL: it can */
	struct snapshot_pci *pci;   /* attach/read/pci-device.h; NULL for other buses */
};

/* A device without a memdev that an attach provider drives, or would drive */
struct snapshot_unattached_host {
	struct snapshot_host host;	  /* its module and file are those of the provider */
	const char *provider;		  /* the provider's driver, bound or not */
	const char *matched;		  /* how it is known: driver, driver_override or modalias */
	enum flag deferred;		  /* its probe is deferred; only root can know */
	enum flag capable;		  /* does it have CXL memory? PCI; only root can know */
	struct snapshot_port *port;	  /* that it is below; NULL if there is none */
	struct snapshot_decoder *decoder; /* of that port: committed, and it targets the host */
};

enum snapshot_port_kind {
	PORT_ROOT,
	PORT_SWITCH, /* also a host bridge */
	PORT_ENDPOINT,
};

struct snapshot_port {
	const char *name; /* root0, port1, endpoint3 */
	uint64_t inode;	  /* of its entry in sysfs, which no other device ever has */
	enum snapshot_port_kind kind;
	const char *parent_name;
	struct snapshot_port *parent; /* NULL for a root */
	const char *uport; /* the device that it is the port of: ACPI0017:00, pci0000:10, mem0 */
	const char *host_subsystem;	    /* of a root: the bus of the device that it is below */
	const char *host_driver;	    /* of a root: that device's driver, cxl_acpi */
	bool enabled;			    /* bound to cxl_port; a root: always */
	struct snapshot_decoder **decoders; /* in @decoders of the snapshot, by number */
	size_t nr_decoders;
};

struct snapshot_decoder {
	const char *name; /* decoder1.0 */
	uint64_t inode;
	const char *port_name;
	struct snapshot_port *port;
	const char *region_name;	/* not of a root decoder, which can have many regions */
	struct snapshot_region *region; /* what it maps */
	/* "accelerator" (device coherent) or "expander"; of an endpoint's decoder with a region */
	const char *target_type;
	/* "0,1": the ids of downstream ports; of a switch's decoder with a size */
	const char *target_list;
	uint64_t start; /* what it decodes: first address */
	uint64_t size;	/* bytes */
	/* What follows is FLAG_UNKNOWN for a root decoder without a region. */
	enum flag locked; /* by firmware, until the next reset */
	/* root: user space can delete regions here: there is that file, with a write permission */
	enum flag delete_region;
};

struct snapshot_region {
	const char *name; /* region0 */
	const char *root_decoder_name;
	struct snapshot_decoder *root_decoder;
	const char *mode;  /* ram, pmem */
	uint64_t resource; /* first address */
	uint64_t size;	   /* bytes */
	uint64_t interleave_ways;
	uint64_t target_node; /* NUMA node that its memory is; see attach/read/target-node.h */
	enum flag locked;     /* regionZ/locked: not before v7.1 */
	enum flag committed;
	bool unread;	    /* only its name is known: one of @unread_regions */
	const char *driver; /* cxl_region, once bound */
	const char *child;  /* dax_region0 or pmem_region0, by which others can use its memory */
	const char *other_child; /* a device below it that is neither, of a kind not known here */
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
	uint64_t numa_node;	    /* SNAPSHOT_NO_NUMBER also for none */
	uint64_t ram_size;	    /* bytes */
	uint64_t pmem_size;	    /* bytes */
	bool enabled;		    /* bound to cxl_mem */
	enum flag class_attributes; /* has the attributes of a class-code (type 3) memdev */
	enum flag attached; /* memN/attached: FLAG_UNKNOWN where the kernel does not say it */
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
	enum flag attach_support;	 /* does this kernel have an attach call that is known? */
	const char *attach_support_file; /* that says so */

	/* Each sorted by name, with numbers as such: mem2 before mem10 */
	struct snapshot_port *ports;
	size_t nr_ports;
	struct snapshot_decoder *decoders;
	size_t nr_decoders;
	struct snapshot_region *regions;
	size_t nr_regions;
	struct snapshot_memdev *memdevs;
	size_t nr_memdevs;
	struct snapshot_unattached_host *unattached_hosts;
	size_t nr_unattached_hosts;

	/* That decoders name and that are not among the devices: about to go, or unreadable */
	struct snapshot_region *unread_regions;
	size_t nr_unread_regions;

	struct snapshot_user *users; /* only read on request: attach/read/users.h */
	size_t nr_users;

	size_t nr_left_out; /* memdevs that went away while they were read, or cannot be read */

	/* Only for attach/read, and for snapshot_link() */
	struct root root; /* the machine that it is of */
	struct snapshot_child *children;
	size_t nr_children;
	const char **memdev_hosts; /* of all memdevs, also those that are left out */
	size_t nr_memdev_hosts;
	struct obstack texts;
};

/**
 * snapshot_begin() - an empty snapshot, to be filled by attach/read, then linked
 *
 * It is released with snapshot_release(), also if filling it failed.
 */
void snapshot_begin(struct snapshot *snapshot);

/** snapshot_keep() - a copy of @text that belongs to the snapshot; NULL for NULL */
const char *snapshot_keep(struct snapshot *snapshot, const char *text);

/** snapshot_sort_ports() - so that they can be found while the rest is still being read; pure */
void snapshot_sort_ports(struct snapshot *snapshot);

/**
 * snapshot_link() - sort what was read, and turn the names in it into pointers
 *
 * If a device went away while it was read, the pointers to it stay NULL. Pure.
 */
void snapshot_link(struct snapshot *snapshot);

/** snapshot_release() - free all that belongs to it */
void snapshot_release(struct snapshot *snapshot);

/** snapshot_bus() - the root above @port, or @port itself if it is one; NULL if it is not known */
const struct snapshot_port *snapshot_bus(const struct snapshot_port *port);

/** snapshot_bus_provider() - "ACPI.CXL", "cxl_test", as cxl_bus_get_provider() of libcxl; or NULL
 */
const char *snapshot_bus_provider(const struct snapshot_port *bus);

/** snapshot_is_below() - is @port @top itself, or below it? */
bool snapshot_is_below(const struct snapshot_port *port, const struct snapshot_port *top);

/** snapshot_user_text() - "open mem0 cat (process 12)", for people; the caller frees it */
char *snapshot_user_text(const struct snapshot_user *user);

/** snapshot_memdev_has_user() - does that user use the memdev, or a dependent of its host? */
bool snapshot_memdev_has_user(const struct snapshot_memdev *memdev,
			      const struct snapshot_user *user);

/** snapshot_region_has_locked_decoder() - has firmware locked a decoder of the region? */
bool snapshot_region_has_locked_decoder(const struct snapshot_region *region);

/** snapshot_find_port() - the port, endpoint or root of that name ("port1"), or NULL */
struct snapshot_port *snapshot_find_port(const struct snapshot *snapshot, const char *name);

/** snapshot_find_decoder() - the decoder of that name ("decoder1.0"), or NULL */
struct snapshot_decoder *snapshot_find_decoder(const struct snapshot *snapshot, const char *name);

/**
 * snapshot_override_to_bind() - the driver_override with which the host's driver can bind it again
 *
 * Return: a text of the snapshot, or NULL if it needs none.
 */
const char *snapshot_override_to_bind(const struct snapshot_host *host);

/** snapshot_find_memdev() - the memdev of that name ("mem0"), or NULL */
struct snapshot_memdev *snapshot_find_memdev(const struct snapshot *snapshot, const char *name);

/** snapshot_memdev_of() - the memdev of the host of that name ("0000:35:00.0"), or NULL */
struct snapshot_memdev *snapshot_memdev_of(const struct snapshot *snapshot, const char *host);

/** snapshot_find_region() - the region of that name ("region0"), or NULL */
struct snapshot_region *snapshot_find_region(const struct snapshot *snapshot, const char *name);

#endif
