// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cxl/attach/hosts.h"
#include "cxl/attach/modules.h"
#include "cxl/attach/snapshot-private.h"
#include "cxl/attach/snapshot.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs-files.h"
#include "util/sysfs.h"

#define obstack_chunk_alloc chunk_alloc
#define obstack_chunk_free free

static void *chunk_alloc(size_t size)
{
	return memory_check(malloc(size));
}

/* A region has no more of them: CXL_DECODER_MAX_INTERLEAVE in drivers/cxl/cxl.h. */
#define TARGETS_MAX 16

/* How much is read of each device */
enum depth {
	DEPTH_ALL,
	DEPTH_STATE,   /* snapshot_take_again() */
	DEPTH_OUTLINE, /* snapshot_take_outline() */
};

struct device;

typedef void (*read_function)(struct snapshot *snapshot, const struct device *device);

/* One device that is being read: an entry of /sys/bus/cxl/devices */
struct device {
	const char *name;
	read_function read;	   /* by its kind */
	const char *parent;	   /* the name of the device that it hangs under */
	uint64_t inode;		   /* of the entry: sysfs gives every number once (kernfs_ino()) */
	int fd;			   /* of its folder, or of one in which that has its name */
	bool above;		   /* it is the latter */
	bool lent;		   /* @fd is closed by somebody else */
	struct sysfs_files *files; /* where its attributes stay open; NULL: they do not */
	const struct snapshot *before; /* NULL: it was never read before */
	enum depth depth;
};

/* An entry of a device's folder, and what leads to it */
struct entry_path {
	char text[2 * NAME_MAX + 2];
};

/* "mem0" is a name with the prefix "mem": digits follow, and nothing else but them and dots */
static bool has_prefix(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(name, prefix, length) == 0 && name[length] >= '0' && name[length] <= '9' &&
	       name[length + strspn(name + length, "0123456789.")] == '\0';
}

const char *snapshot_keep(struct snapshot *snapshot, const char *text)
{
	return text ? obstack_copy0(&snapshot->texts, text, strlen(text)) : NULL;
}

/* From the device's fd to an entry of its folder; it is in @path, or @entry itself */
static const char *path_to(const struct device *device, const char *entry, struct entry_path *path)
{
	if (!device->above)
		return entry;
	stpcpy(stpcpy(stpcpy(path->text, device->name), "/"), entry);
	return path->text;
}

static bool has(const struct device *device, const char *entry)
{
	struct entry_path path;

	return sysfs_exists(device->fd, path_to(device, entry, &path));
}

static int read_attribute(const struct device *device, const char *attribute, char *buf,
			  size_t size)
{
	struct entry_path path;

	return sysfs_files_read(device->files, device->inode, attribute, device->fd,
				path_to(device, attribute, &path), buf, size);
}

/* The text of an attribute that is a word or a short list; NULL if there is none, or an empty one
 */
static const char *read_text(struct snapshot *snapshot, const struct device *device,
			     const char *attribute)
{
	char buf[256];

	return read_attribute(device, attribute, buf, sizeof(buf)) > 0
		       ? snapshot_keep(snapshot, buf)
		       : NULL;
}

static uint64_t read_number(const struct device *device, const char *attribute)
{
	char buf[32];

	return read_attribute(device, attribute, buf, sizeof(buf)) < 0 ? SNAPSHOT_NO_NUMBER
								       : sysfs_to_number(buf);
}

static enum snapshot_flag read_flag(const struct device *device, const char *attribute)
{
	char buf[4];
	int rc = read_attribute(device, attribute, buf, sizeof(buf));

	if (rc >= 0)
		rc = sysfs_to_flag(buf);
	return rc < 0 ? FLAG_UNKNOWN : (enum snapshot_flag)rc;
}

static const char *read_link(struct snapshot *snapshot, const struct device *device,
			     const char *link)
{
	struct entry_path path;
	_cleanup_free_ char *name = sysfs_link_name(device->fd, path_to(device, link, &path));

	return snapshot_keep(snapshot, name);
}

/*
 * What every class-code memdev has and no accelerator: cxl_class_memdev_type and cxl_memdev_type in
 * drivers/cxl/core/memdev.c.
 */
static enum snapshot_flag read_class_attributes(const struct device *device)
{
	return has(device, "firmware_version") || has(device, "payload_max") ||
	       has(device, "label_storage_size");
}

/* The device as it was read before, if it is still the same one; else NULL */
#define known(device, find)                                                                        \
	({                                                                                         \
		const __auto_type known_ =                                                         \
			(device)->before ? find((device)->before, (device)->name) : NULL;          \
		known_ && known_->inode == (device)->inode ? known_ : NULL;                        \
	})

static uint64_t read_numa_node(const struct device *device)
{
	uint64_t node = read_number(device, "numa_node");

	return node != SNAPSHOT_NO_NUMBER ? node : read_number(device, "../numa_node");
}

/* ".." of a device's folder is that of its parent, whatever link led there. */
static void read_host(struct snapshot *snapshot, struct snapshot_host *host,
		      const struct device *device)
{
	host->name = device->parent;
	host->driver = read_link(snapshot, device, "../driver");
	host->imports_attach = host->holds_cxl_mem = FLAG_UNKNOWN;
	if (device->depth == DEPTH_STATE)
		return;
	host->subsystem = read_link(snapshot, device, "../subsystem");
	host->module = host->driver ? read_link(snapshot, device, "../driver/module") : NULL;
}

/* What does not change as long as it exists */
static void describe_memdev(const struct device *device, struct snapshot_memdev *memdev)
{
	memdev->class_attributes = read_class_attributes(device);
	memdev->serial = read_number(device, "serial");
	memdev->numa_node = read_numa_node(device);
}

static void read_memdev(struct snapshot *snapshot, const struct device *device)
{
	struct snapshot_memdev *memdev;

	*append(snapshot->memdev_hosts, snapshot->nr_memdev_hosts) = device->parent ?: "";
	/* Every device has a uevent file: without one, this is what a removed device left. */
	if (!has(device, "uevent")) {
		snapshot->nr_left_out++;
		return;
	}
	memdev = append(snapshot->memdevs, snapshot->nr_memdevs);
	memdev->name = device->name;
	memdev->inode = device->inode;
	memdev->id = strtoull(device->name + strlen("mem"), NULL, 10);
	memdev->class_attributes = FLAG_UNKNOWN;
	memdev->serial = memdev->numa_node = SNAPSHOT_NO_NUMBER;
	memdev->ram_size = memdev->pmem_size = SNAPSHOT_NO_NUMBER;
	memdev->enabled = has(device, "driver");
	read_host(snapshot, &memdev->host, device);
	if (device->depth == DEPTH_OUTLINE)
		return;
	memdev->ram_size = read_number(device, "ram/size");
	memdev->pmem_size = read_number(device, "pmem/size");
	if (device->depth == DEPTH_ALL)
		describe_memdev(device, memdev);
}

static void read_region(struct snapshot *snapshot, const struct device *device)
{
	struct snapshot_region *region = append(snapshot->regions, snapshot->nr_regions);

	region->name = device->name;
	region->root_decoder_name = device->parent;
	region->resource = read_number(device, "resource");
	region->size = read_number(device, "size");
	region->locked = read_flag(device, "locked");
	region->committed = read_flag(device, "commit");
	region->driver = read_link(snapshot, device, "driver");
	region->interleave_ways = SNAPSHOT_NO_NUMBER;
	if (device->depth == DEPTH_STATE)
		return;
	region->mode = read_text(snapshot, device, "mode");
	region->interleave_ways = read_number(device, "interleave_ways");
}

/* dax_region0 or pmem_region0, below a region that may not have been read yet */
static void read_child(struct snapshot *snapshot, const struct device *device)
{
	struct snapshot_child *child = append(snapshot->children, snapshot->nr_children);

	child->name = device->name;
	child->region_name = device->parent;
}

/*
 * What it decodes, and whether firmware locked that. Of one that decodes nothing, as most do, there
 * is nothing more to know: none of them can be locked (init_hdm_decoder() in
 * drivers/cxl/core/hdm.c).
 */
static void read_range(const struct device *device, const struct snapshot_decoder *known,
		       struct snapshot_decoder *decoder)
{
	decoder->size = read_number(device, "size");
	if (decoder->size == 0) {
		decoder->start = 0;
		decoder->locked = FLAG_NO;
		return;
	}
	decoder->start = read_number(device, "start");
	/* As read when the port was made */
	decoder->locked = known && known->size ? known->locked : read_flag(device, "locked");
}

/* A root decoder has a window of addresses, which nobody goes by: its regions have theirs. */
static void read_root_decoder(const struct device *device, struct snapshot_decoder *decoder)
{
	decoder->locked = read_flag(device, "locked");
	decoder->delete_region = has(device, "delete_region");
}

/*
 * Each attribute where somebody goes by it, since there can be thousands of decoders. Where things
 * are only compared with how they were, an endpoint's that decodes nothing has no region either: it
 * loses both at once (__cxl_decoder_detach() in drivers/cxl/core/region.c). Only one that user
 * space put into a region can have been refused a range (cxl_region_attach()).
 */
static void read_other_decoder(struct snapshot *snapshot, const struct device *device,
			       const struct snapshot_decoder *known,
			       struct snapshot_decoder *decoder)
{
	bool endpoint = device->parent && has_prefix(device->parent, "endpoint");

	if (device->depth != DEPTH_OUTLINE)
		read_range(device, known, decoder);
	if (endpoint && decoder->size == 0 && device->depth == DEPTH_STATE &&
	    !(known && known->region_name))
		return;
	decoder->region_name = read_text(snapshot, device, "region");
	if (endpoint && decoder->region_name)
		decoder->target_type = read_text(snapshot, device, "target_type");
	if (!endpoint && device->depth != DEPTH_OUTLINE && decoder->size != 0)
		decoder->target_list = read_text(snapshot, device, "target_list");
}

static void read_decoder(struct snapshot *snapshot, const struct device *device)
{
	struct snapshot_decoder *decoder = append(snapshot->decoders, snapshot->nr_decoders);

	decoder->name = device->name;
	decoder->inode = device->inode;
	decoder->port_name = device->parent;
	decoder->start = decoder->size = SNAPSHOT_NO_NUMBER;
	decoder->locked = FLAG_UNKNOWN;
	if (!device->parent || !has_prefix(device->parent, "root"))
		read_other_decoder(snapshot, device, known(device, snapshot_find_decoder), decoder);
	else
		read_root_decoder(device, decoder);
}

static void read_port(struct snapshot *snapshot, const struct device *device)
{
	const struct snapshot_port *known = known(device, snapshot_find_port);
	struct snapshot_port *port = append(snapshot->ports, snapshot->nr_ports);

	port->name = device->name;
	port->inode = device->inode;
	port->kind = has_prefix(device->name, "root")	    ? PORT_ROOT
		     : has_prefix(device->name, "endpoint") ? PORT_ENDPOINT
							    : PORT_SWITCH;
	port->parent_name = device->parent;
	port->uport = known ? snapshot_keep(snapshot, known->uport)
			    : read_link(snapshot, device, "uport");
	port->enabled = port->kind == PORT_ROOT || has(device, "driver");
	if (port->kind != PORT_ROOT)
		return;
	/* It goes with its host's driver. */
	port->host_subsystem = known ? snapshot_keep(snapshot, known->host_subsystem)
				     : read_link(snapshot, device, "../subsystem");
	port->host_driver = known ? snapshot_keep(snapshot, known->host_driver)
				  : read_link(snapshot, device, "../driver");
}

/* What is read of which kind of device; others, such as nvdimm bridges, say nothing on attach. */
static const struct {
	const char *prefix;
	read_function read;
} kinds[] = {
	{"mem", read_memdev},	    {"region", read_region},	 {"decoder", read_decoder},
	{"endpoint", read_port},    {"port", read_port},	 {"root", read_port},
	{"dax_region", read_child}, {"pmem_region", read_child},
};

/* The second last part of the path that the link in /sys/bus/cxl/devices is */
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

/* The folder of a port, which stays open while its decoders are read */
struct folder {
	uint64_t port; /* its inode */
	int fd;
};

/* Of no more ports than these */
#define FOLDERS 8

/* How the devices are read: struct device */
struct reading {
	const struct snapshot *before;
	struct sysfs_files *files;
	enum depth depth;
	struct folder folders[FOLDERS];
	size_t nr_folders;
};

/* Nothing changes what a root decoder is (cxl_parse_cfmws() in drivers/cxl/acpi.c). */
static bool copy_root_decoder(struct snapshot *snapshot, const struct device *device)
{
	const struct snapshot_decoder *known = known(device, snapshot_find_decoder);
	struct snapshot_decoder *decoder;

	if (!known || !known->port_name || !has_prefix(known->port_name, "root"))
		return false;
	decoder = append(snapshot->decoders, snapshot->nr_decoders);
	decoder->name = device->name;
	decoder->inode = device->inode;
	decoder->port_name = snapshot_keep(snapshot, known->port_name);
	decoder->start = decoder->size = SNAPSHOT_NO_NUMBER;
	decoder->locked = known->locked;
	decoder->delete_region = known->delete_region;
	return true;
}

/* Under which port a port hangs that is still the same one; else NULL */
static const char *known_parent(const struct device *device)
{
	const struct snapshot_port *known = known(device, snapshot_find_port);

	return known ? known->parent_name : NULL;
}

/* "decoder3.0" is one of the port that has number 3 (cxl_decoder_add() in drivers/cxl/core/port.c).
 */
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

/* That of a port, to be closed when all has been read; -1 if it cannot stay open for so long */
static int port_folder(struct reading *reading, int devices, const char *name, uint64_t inode)
{
	int fd = -1;

	/* An endpoint comes and goes with its memdev. */
	if (reading->files && !has_prefix(name, "endpoint"))
		fd = sysfs_files_folder(reading->files, inode, devices, name);
	if (fd >= 0)
		return fd;
	for (size_t i = 0; i < reading->nr_folders; i++) {
		if (reading->folders[i].port == inode)
			return reading->folders[i].fd;
	}
	if (reading->nr_folders == FOLDERS)
		return -1;
	fd = sysfs_open_folder(devices, name);
	if (fd >= 0)
		reading->folders[reading->nr_folders++] = (struct folder){inode, fd};
	return fd;
}

static void leave_folders(struct reading *reading)
{
	for (size_t i = 0; i < reading->nr_folders; i++)
		close(reading->folders[i].fd);
	reading->nr_folders = 0;
}

/* The folder of a decoder of that port; -1 if it is none of its */
static int open_decoder(int devices, const char *port, const char *decoder)
{
	_cleanup_free_ char *path = memory_print("%s/%s", port, decoder);

	return sysfs_open_folder(devices, path);
}

/*
 * There are more decoders than all else: to go through the folder of their port, which was read
 * before, spares their links. False if it is not there, as in a damaged tree, or just gone.
 */
static bool find_decoder(const struct snapshot *snapshot, struct reading *reading, int devices,
			 struct device *device)
{
	const struct snapshot_port *port = port_of_decoder(snapshot, device->name);
	bool open;
	int folder;

	if (!port)
		return false;
	device->files = port->kind != PORT_ENDPOINT ? reading->files : NULL;
	open = device->files && sysfs_files_have(device->files, device->inode);
	folder = open ? devices : port_folder(reading, devices, port->name, port->inode);
	if (folder >= 0 && (open || sysfs_exists(folder, device->name))) {
		device->fd = folder;
		device->above = device->lent = true;
	} else {
		device->fd = open_decoder(devices, port->name, device->name);
	}
	if (device->fd >= 0)
		device->parent = port->name;
	return device->fd >= 0;
}

/* A device's folder, or where it is, and what it hangs under */
static void find_device(struct snapshot *snapshot, struct reading *reading, int devices,
			struct device *device)
{
	if (device->read == read_decoder && find_decoder(snapshot, reading, devices, device))
		return;
	if (device->read == read_port) {
		device->parent = snapshot_keep(snapshot, known_parent(device));
		device->fd = port_folder(reading, devices, device->name, device->inode);
		device->lent = device->fd >= 0;
	}
	if (!device->lent)
		device->fd = sysfs_open_folder(devices, device->name);
	if (device->fd >= 0 && !device->parent)
		device->parent = read_parent(snapshot, devices, device->name);
}

static void leave_device(struct device *device)
{
	if (!device->lent)
		close(device->fd);
}

static void read_device(struct reading *reading, struct snapshot *snapshot, int devices,
			struct device *device)
{
	if (device->read == read_decoder &&
	    (reading->depth == DEPTH_OUTLINE || copy_root_decoder(snapshot, device)))
		return;
	find_device(snapshot, reading, devices, device);
	if (device->fd < 0) {
		snapshot->nr_left_out += device->read == read_memdev;
		return;
	}
	device->read(snapshot, device);
	leave_device(device);
}

/* The endpoints' decoders that map a region, by which its memdevs are known */
static void read_targets(struct reading *reading, struct snapshot *snapshot, int devices,
			 const char *region, uint64_t count)
{
	for (uint64_t i = 0; i < count && i < TARGETS_MAX; i++) {
		_cleanup_free_ char *path = memory_print("%s/target%ju", region, (uintmax_t)i);
		struct device device = {
			.read = read_decoder, .fd = devices, .depth = DEPTH_OUTLINE};

		device.name = read_text(snapshot, &device, path);
		if (!device.name || !has_prefix(device.name, "decoder"))
			continue;
		find_device(snapshot, reading, devices, &device);
		if (device.fd < 0)
			continue;
		read_decoder(snapshot, &device);
		leave_device(&device);
	}
}

static read_function read_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (has_prefix(name, kinds[i].prefix))
			return kinds[i].read;
	}
	return NULL;
}

/* Ports come first: decoders are found through them. The others are put into a list. */
static void read_ports(struct reading *reading, struct snapshot *snapshot, DIR *devices,
		       struct device **others, size_t *nr_others)
{
	const struct dirent *entry;

	while ((entry = readdir(devices))) {
		struct device device = {
			.read = read_by_name(entry->d_name),
			.inode = entry->d_ino,
			.before = reading->before,
			.depth = reading->depth,
		};

		if (!device.read)
			continue;
		device.name = snapshot_keep(snapshot, entry->d_name);
		if (device.read == read_port)
			read_device(reading, snapshot, dirfd(devices), &device);
		else
			*append(*others, *nr_others) = device;
	}
	snapshot_sort_ports(snapshot);
}

static int read_devices(struct reading *reading, struct snapshot *snapshot)
{
	DIR *devices = opendir("/sys/bus/cxl/devices");
	_cleanup_free_ struct device *others = NULL;
	size_t nr_others = 0;

	if (!devices) {
		int error = errno;

		snapshot->has_bus = access("/sys/bus/cxl", F_OK) == 0;
		return error == ENOENT ? 0 : -error;
	}
	snapshot->has_bus = true;
	read_ports(reading, snapshot, devices, &others, &nr_others);
	for (size_t i = 0; i < nr_others; i++)
		read_device(reading, snapshot, dirfd(devices), &others[i]);
	for (size_t i = 0; reading->depth == DEPTH_OUTLINE && i < snapshot->nr_regions; i++)
		read_targets(reading, snapshot, dirfd(devices), snapshot->regions[i].name,
			     snapshot->regions[i].interleave_ways);
	leave_folders(reading);
	closedir(devices);
	return 0;
}

static int take_devices(struct reading *reading, struct snapshot *snapshot)
{
	int rc;

	*snapshot = (struct snapshot){.attach_support = FLAG_UNKNOWN};
	obstack_init(&snapshot->texts);
	rc = read_devices(reading, snapshot);
	if (rc) {
		snapshot_release(snapshot);
		return rc;
	}
	snapshot_link(snapshot);
	return 0;
}

int snapshot_take_devices(struct snapshot *snapshot)
{
	return take_devices(&(struct reading){0}, snapshot);
}

int snapshot_take_again(const struct snapshot *before, struct sysfs_files *files,
			struct snapshot *snapshot)
{
	int rc = take_devices(
		&(struct reading){.before = before, .files = files, .depth = DEPTH_STATE},
		snapshot);

	if (files)
		sysfs_files_sweep(files);
	return rc;
}

int snapshot_take_outline(const struct snapshot *before, struct snapshot *snapshot)
{
	return take_devices(&(struct reading){.before = before, .depth = DEPTH_OUTLINE}, snapshot);
}

int snapshot_take(struct snapshot *snapshot)
{
	int rc = snapshot_take_devices(snapshot);
	struct modules *modules;

	if (rc < 0)
		return rc;
	modules = modules_open();
	snapshot_read_modules(snapshot, modules);
	snapshot_read_lone_hosts(snapshot, modules);
	modules_close(modules);
	return 0;
}

void snapshot_add_modules(struct snapshot *snapshot)
{
	struct modules *modules = modules_open();

	snapshot_read_modules(snapshot, modules);
	modules_close(modules);
}

void snapshot_release(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_ports; i++)
		free(snapshot->ports[i].decoders);
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		free(snapshot->regions[i].decoders);
		free(snapshot->regions[i].memdevs);
	}
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		free(snapshot->memdevs[i].regions);
		free(snapshot->memdevs[i].host.dependents);
	}
	free(snapshot->ports);
	free(snapshot->decoders);
	free(snapshot->regions);
	free(snapshot->unread_regions);
	free(snapshot->children);
	free(snapshot->memdev_hosts);
	free(snapshot->memdevs);
	free(snapshot->lone_hosts);
	free(snapshot->users);
	obstack_free(&snapshot->texts, NULL);
	*snapshot = (struct snapshot){0};
}
