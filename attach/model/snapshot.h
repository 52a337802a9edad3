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
 * The CXL devices of the machine at one time: only data, with the links between the devices.
 * attach/read fills it. All decisions and all output are made from it. There can be thousands of
 * devices: small members stand side by side.
 *
 * The attribute or link behind a member can be missing, unreadable or invalid. A text or pointer is
 * then NULL, a number SNAPSHOT_NO_NUMBER and a flag FLAG_UNKNOWN. All texts belong to the snapshot.
 */

#define SNAPSHOT_NO_NUMBER UINT64_MAX

/* Above the depth of every hierarchy of ports: the links of a damaged tree may be circular. */
#define SNAPSHOT_DEPTH_MAX 64

/* A device below a host that is not a CXL device: a network interface, a disk */
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
	/*
	 * The command of the process, what is stacked on a disk, the address, the directory, the
	 * dax device or memory blocks, the module that uses it, or the number of references; or
	 * NULL
	 */
	const char *what;
	uint64_t
		pid; /* for open and mapped, and a mount in that process's namespace; otherwise 0 */
};

/* Another PCI device near a host */
struct snapshot_neighbor {
	const char *name;
	const char *driver; /* NULL: none is bound */
};

/* More properties of a host that is a PCI device */
struct snapshot_pci {
	struct snapshot_neighbor *functions; /* the other functions of the same device */
	size_t nr_functions;
	const char *iommu_group;	 /* its number; NULL: none, or unknown */
	struct snapshot_neighbor *group; /* the other devices of that group */
	size_t nr_group;
	const char *reset_methods;     /* how the kernel can reset it: "flr bus"; NULL: none */
	bool has_reset, has_cxl_reset; /* a write to this file can reset it under its driver */
	enum flag memory_enabled;      /* its CXL memory answers; only root can read this */
};

/* The device above a memdev */
struct snapshot_host {
	const char *name;	 /* 0000:35:00.0 */
	const char *subsystem;	 /* its bus: pci, platform */
	const char *driver;	 /* the driver that is bound to it */
	const char *module;	 /* of that driver; also NULL if it is built in */
	const char *module_file; /* the file of that module */
	const char
		*symbol; /* the symbol by which it attaches, or may attach; NULL: it imports none */
	const char *importer; /* the dependency of that module that imports the attach call */
	const char *importer_file;
	enum flag imports_attach; /* the module's file imports the kernel's attach call */
	enum flag holds_cxl_mem;  /* the module is one of cxl_mem's holders */
	/* The other members are only read on request: attach/read/dependents.h */
	enum flag autoprobe; /* drivers bind by themselves on its bus */
	/* Its driver cannot bind it again with the present driver_override, or without one */
	bool needs_override;
	const char *driver_override; /* NULL: none */
	struct snapshot_dependent *dependents;
	size_t nr_dependents;
	/* Also on request: attach/read/reload.h */
	const char *module_options; /* parameters of the module: "a=1 b=2"; NULL: none */
	const char *reload_problem; /* why the module cannot be loaded again; NULL: it can */
	struct snapshot_pci *pci;   /* attach/read/pci-device.h; NULL for other buses */
};

/* A device without a memdev that an attach provider drives, or would drive */
struct snapshot_unattached_host {
	struct snapshot_host host; /* its module and file are those of the provider */
	const char *provider;	   /* the provider's driver, bound or not */
	const char *matched; /* how the provider is known: driver, driver_override or modalias */
	enum flag deferred;  /* its probe is deferred; only root can read this */
	enum flag capable;   /* it has CXL memory; PCI; only root can read this */
	struct snapshot_port *port; /* the port above it; NULL: none */
	struct snapshot_decoder
		*decoder; /* a committed decoder of that port that targets the host */
};

enum __attribute__((packed)) snapshot_port_kind {
	PORT_ROOT,
	PORT_SWITCH, /* also for a host bridge */
	PORT_ENDPOINT,
};

struct snapshot_port {
	const char *name; /* root0, port1, endpoint3 */
	uint64_t inode;	  /* of its entry in sysfs; no other device ever has the same */
	enum snapshot_port_kind kind;
	bool enabled; /* bound to cxl_port; always true for a root */
	unsigned int nr_decoders;
	const char *parent_name;
	struct snapshot_port *parent; /* NULL for a root */
	const char *uport; /* the device that the port belongs to: ACPI0017:00, pci0000:10, mem0 */
	const char *host_subsystem; /* of a root: the bus of the device above it */
	const char *host_driver;    /* of a root: the driver of that device, cxl_acpi */
	/*
	 * How many of its decoders are committed: those with the lowest numbers. Only read where
	 * the files stay open (attach/read/take.h), and not of a root.
	 */
	uint64_t nr_committed;
	struct snapshot_decoder **decoders; /* in @decoders of the snapshot, by number */
};

struct snapshot_decoder {
	const char *name; /* decoder1.0 */
	uint64_t inode;
	union {
		const char *port_name;	    /* until snapshot_link() */
		struct snapshot_port *port; /* NULL: gone, or unreadable */
	};
	const char *region_name;	/* not for a root decoder, which can have many regions */
	struct snapshot_region *region; /* the region that it maps */
	union {
		/*
		 * "accelerator" (device coherent) or "expander"; only of an endpoint's decoder with
		 * a region
		 */
		const char *target_type;
		/* "0,1": the ids of downstream ports; only of a switch's decoder with a size */
		const char *target_list;
	};
	uint64_t start; /* the first address that it decodes */
	uint64_t size;	/* bytes */
	/* The following flags are FLAG_UNKNOWN for a root decoder without a region. */
	enum flag locked; /* by firmware, until the next reset */
	/* of a root decoder: its file delete_region exists and has a write permission */
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
	uint64_t target_node; /* the NUMA node of its memory; see attach/read/target-node.h */
	enum flag locked;     /* regionZ/locked, since v7.1 */
	enum flag committed;
	bool unread; /* only its name is known: it is one of @unread_regions */
	unsigned int nr_decoders, nr_memdevs;
	const char *driver; /* cxl_region, once bound */
	const char *child;  /* dax_region0 or pmem_region0, through which its memory can be used */
	const char *other_child; /* a device below it of another kind, which is not known here */
	struct snapshot_decoder *
		*decoders; /* the decoders that map it, on ports and endpoints, by name */
	struct snapshot_memdev **memdevs; /* the memdevs that take part in it, by number */
};

struct snapshot_memdev {
	const char *name; /* mem0 */
	uint64_t inode;
	uint64_t id; /* 0 */
	uint64_t serial;
	uint64_t numa_node;	    /* also SNAPSHOT_NO_NUMBER for none */
	uint64_t ram_size;	    /* bytes */
	uint64_t pmem_size;	    /* bytes */
	bool enabled;		    /* bound to cxl_mem */
	enum flag class_attributes; /* has the attributes of a class-code (type 3) memdev */
	enum flag attached;	    /* memN/attached: FLAG_UNKNOWN if the kernel does not show it */
	unsigned int nr_regions;
	struct snapshot_host host;
	struct snapshot_port *endpoint;
	struct snapshot_region **regions; /* the regions that it takes part in, by number */
};

/* A dax or pmem region, before the region above it is known */
struct snapshot_child {
	const char *name;
	const char *region_name;
};

struct snapshot {
	bool has_bus;			 /* this kernel has a CXL bus */
	enum flag attach_support;	 /* this kernel has a known attach call */
	const char *attach_support_file; /* the file that shows it */

	/* Each array is sorted by name, and numbers by value: mem2 before mem10 */
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

	/*
	 * Regions that decoders name, but that are not among the devices: about to disappear, or
	 * unreadable
	 */
	struct snapshot_region *unread_regions;
	size_t nr_unread_regions;

	struct snapshot_user *users; /* only read on request: attach/read/users.h */
	size_t nr_users;

	size_t nr_left_out; /* memdevs that disappeared while they were read, or cannot be read */

	/* Only for attach/read, and for snapshot_link() */
	struct root root; /* the machine of this snapshot */
	struct snapshot_child *children;
	size_t nr_children;
	const char **memdev_hosts; /* the hosts of all memdevs, including those that are left out */
	size_t nr_memdev_hosts;
	struct obstack texts;
	struct obstack **part_texts; /* the texts of the parts: snapshot_join_parts() */
	size_t nr_part_texts;
};

/**
 * snapshot_begin() - begin an empty snapshot, for attach/read to fill and link
 *
 * The caller releases it with snapshot_release(), also after an error.
 */
void snapshot_begin(struct snapshot *snapshot);

/**
 * snapshot_begin_part() - begin a part of what a snapshot still lacks, for another thread
 *
 * The part has everything that the snapshot has until now, which neither may change. What is added
 * to the part is of kinds that the snapshot has none of yet.
 */
void snapshot_begin_part(const struct snapshot *snapshot, struct snapshot *part);

/**
 * snapshot_join_parts() - add what the parts have to the snapshot, in their order
 *
 * The parts were begun after the last change of the snapshot. Their texts then belong to it.
 */
void snapshot_join_parts(struct snapshot *snapshot, struct snapshot *parts, size_t count);

/** snapshot_keep() - copy @text into the snapshot, which owns the copy; NULL for NULL */
const char *snapshot_keep(struct snapshot *snapshot, const char *text);

/**
 * snapshot_share() - drop @text, the last one that was kept, if it is the same as @other
 *
 * Return: the one of the two that stays. Thousands of devices have the same driver and module.
 */
const char *snapshot_share(struct snapshot *snapshot, const char *text, const char *other);

/** snapshot_sort_ports() - sort the ports, so that they can be found before all is read; pure */
void snapshot_sort_ports(struct snapshot *snapshot);

/**
 * snapshot_link() - sort what was read, and replace the names in it by pointers
 *
 * Pointers to a device that disappeared while the machine was read stay NULL. Pure.
 */
void snapshot_link(struct snapshot *snapshot);

/** snapshot_release() - free all that belongs to the snapshot */
void snapshot_release(struct snapshot *snapshot);

/**
 * snapshot_bus() - return the root above @port, or @port itself if it is a root; NULL if unknown
 */
const struct snapshot_port *snapshot_bus(const struct snapshot_port *port);

/**
 * snapshot_bus_provider() - return "ACPI.CXL" or "cxl_test", as libcxl's cxl_bus_get_provider(); or
 * NULL
 */
const char *snapshot_bus_provider(const struct snapshot_port *bus);

/** snapshot_is_below() - test whether @port is @top itself, or below it */
bool snapshot_is_below(const struct snapshot_port *port, const struct snapshot_port *top);

/**
 * snapshot_user_text() - describe a user for people: "open mem0 cat (process 12)"; the caller frees
 * it
 */
char *snapshot_user_text(const struct snapshot_user *user);

/**
 * snapshot_memdev_has_user() - test whether that user uses the memdev, or a dependent of its host
 */
bool snapshot_memdev_has_user(const struct snapshot_memdev *memdev,
			      const struct snapshot_user *user);

/**
 * snapshot_region_has_locked_decoder() - test whether firmware has locked a decoder of the region
 */
bool snapshot_region_has_locked_decoder(const struct snapshot_region *region);

/** snapshot_find_port() - return the port, endpoint or root of that name ("port1"), or NULL */
struct snapshot_port *snapshot_find_port(const struct snapshot *snapshot, const char *name);

/** snapshot_find_decoder() - return the decoder of that name ("decoder1.0"), or NULL */
struct snapshot_decoder *snapshot_find_decoder(const struct snapshot *snapshot, const char *name);

/**
 * snapshot_decoder_is_counted() - test whether its port counts a decoder of that name as committed
 *
 * Return: also true if the number of the port's committed decoders is not known.
 */
bool snapshot_decoder_is_counted(const struct snapshot_port *port, const char *decoder);

/**
 * snapshot_decoder_is_uncounted() - test whether a decoder decodes something, or maps a region,
 * although its port does not count it as committed
 */
bool snapshot_decoder_is_uncounted(const struct snapshot_decoder *decoder);

/**
 * snapshot_override_to_bind() - return the driver_override with which the host's driver binds again
 *
 * Return: a text of the snapshot, or NULL if no override is needed.
 */
const char *snapshot_override_to_bind(const struct snapshot_host *host);

/** snapshot_find_memdev() - return the memdev of that name ("mem0"), or NULL */
struct snapshot_memdev *snapshot_find_memdev(const struct snapshot *snapshot, const char *name);

/** snapshot_memdev_of() - return the memdev of the host of that name ("0000:35:00.0"), or NULL */
struct snapshot_memdev *snapshot_memdev_of(const struct snapshot *snapshot, const char *host);

/** snapshot_find_region() - return the region of that name ("region0"), or NULL */
struct snapshot_region *snapshot_find_region(const struct snapshot *snapshot, const char *name);

#endif
