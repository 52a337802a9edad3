// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

/* One device that is being read: an entry of /sys/bus/cxl/devices */
struct device {
	const char *name;
	const char *parent;	   /* the name of the device that it hangs under */
	uint64_t inode;		   /* of the entry: sysfs gives every number once (kernfs_ino()) */
	int fd;			   /* of its folder */
	bool kept;		   /* its attributes are open already: @fd is that of all devices */
	struct sysfs_files *files; /* where they are, or are to be; NULL: they do not stay open */
	const struct snapshot *before; /* NULL: it was never read before */
	bool outline;		       /* snapshot_take_outline() */
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

static int read_attribute(const struct device *device, const char *attribute, char *buf,
			  size_t size)
{
	char below[2 * NAME_MAX + 2];
	const char *path = attribute;

	if (device->kept) {
		stpcpy(stpcpy(stpcpy(below, device->name), "/"), attribute);
		path = below;
	}
	return sysfs_files_read(device->files, device->inode, attribute, device->fd, path, buf,
				size);
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

static const char *read_link(struct snapshot *snapshot, int fd, const char *link)
{
	_cleanup_free_ char *name = sysfs_link_name(fd, link);

	return snapshot_keep(snapshot, name);
}

/*
 * What every class-code memdev has and no accelerator: cxl_class_memdev_type and cxl_memdev_type in
 * drivers/cxl/core/memdev.c.
 */
static enum snapshot_flag read_class_attributes(int fd)
{
	return sysfs_exists(fd, "firmware_version") || sysfs_exists(fd, "payload_max") ||
	       sysfs_exists(fd, "label_storage_size");
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
	host->subsystem = read_link(snapshot, device->fd, "../subsystem");
	host->driver = read_link(snapshot, device->fd, "../driver");
	host->module = host->driver ? read_link(snapshot, device->fd, "../driver/module") : NULL;
	host->imports_attach = host->holds_cxl_mem = FLAG_UNKNOWN;
}

static void describe_memdev(const struct device *device, const struct snapshot_memdev *known,
			    struct snapshot_memdev *memdev)
{
	memdev->class_attributes =
		known ? known->class_attributes : read_class_attributes(device->fd);
	memdev->serial = known ? known->serial : read_number(device, "serial");
	memdev->numa_node = known ? known->numa_node : read_numa_node(device);
	memdev->ram_size = read_number(device, "ram/size");
	memdev->pmem_size = read_number(device, "pmem/size");
}

static void read_memdev(struct snapshot *snapshot, const struct device *device)
{
	const struct snapshot_memdev *known = known(device, snapshot_find_memdev);
	int fd = device->fd;
	struct snapshot_memdev *memdev;

	*append(snapshot->memdev_hosts, snapshot->nr_memdev_hosts) = device->parent ?: "";
	/* Every device has a uevent file: without one, this is what a removed device left. */
	if (!sysfs_exists(fd, "uevent")) {
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
	memdev->enabled = sysfs_exists(fd, "driver");
	read_host(snapshot, &memdev->host, device);
	if (!device->outline)
		describe_memdev(device, known, memdev);
}

static void read_region(struct snapshot *snapshot, const struct device *device)
{
	struct snapshot_region *region = append(snapshot->regions, snapshot->nr_regions);

	region->name = device->name;
	region->root_decoder_name = device->parent;
	region->mode = read_text(snapshot, device, "mode");
	region->resource = read_number(device, "resource");
	region->size = read_number(device, "size");
	region->interleave_ways = read_number(device, "interleave_ways");
	region->locked = read_flag(device, "locked");
	region->committed = read_flag(device, "commit");
	region->driver = read_link(snapshot, device->fd, "driver");
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
	decoder->delete_region = sysfs_exists(device->fd, "delete_region");
}

/* Each attribute where somebody goes by it, since there can be thousands of decoders */
static void read_other_decoder(struct snapshot *snapshot, const struct device *device,
			       const struct snapshot_decoder *known,
			       struct snapshot_decoder *decoder)
{
	bool endpoint = device->parent && has_prefix(device->parent, "endpoint");

	decoder->region_name = read_text(snapshot, device, "region");
	if (endpoint && decoder->region_name)
		decoder->target_type = read_text(snapshot, device, "target_type");
	if (device->outline)
		return;
	read_range(device, known, decoder);
	if (!endpoint && decoder->size != 0)
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
			    : read_link(snapshot, device->fd, "uport");
	port->enabled = port->kind == PORT_ROOT || sysfs_exists(device->fd, "driver");
	if (port->kind != PORT_ROOT)
		return;
	port->host_subsystem = read_link(snapshot, device->fd, "../subsystem");
	port->host_driver = read_link(snapshot, device->fd, "../driver");
}

/* What is read of which kind of device; others, such as nvdimm bridges, say nothing on attach. */
static const struct {
	const char *prefix;
	void (*read)(struct snapshot *snapshot, const struct device *device);
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

/* Where there are no more ports than these, their folders stay open while decoders are read. */
#define FOLDERS 8

/* How the devices are read: struct device */
struct reading {
	const struct snapshot *before;
	struct sysfs_files *files;
	bool outline;
	int folders[FOLDERS]; /* by port; 0: not open yet */
};

/* Nothing changes what a root decoder is (cxl_parse_cfmws() in drivers/cxl/acpi.c). */
static bool copy_root_decoder(const struct snapshot *before, struct snapshot *snapshot,
			      const struct dirent *entry)
{
	const struct snapshot_decoder *known =
		before ? snapshot_find_decoder(before, entry->d_name) : NULL;
	struct snapshot_decoder *decoder;

	if (!known || known->inode != entry->d_ino || !known->port_name ||
	    !has_prefix(known->port_name, "root"))
		return false;
	decoder = append(snapshot->decoders, snapshot->nr_decoders);
	decoder->name = snapshot_keep(snapshot, known->name);
	decoder->inode = known->inode;
	decoder->port_name = snapshot_keep(snapshot, known->port_name);
	decoder->start = decoder->size = SNAPSHOT_NO_NUMBER;
	decoder->locked = known->locked;
	decoder->delete_region = known->delete_region;
	return true;
}

/* Under which port a port hangs that is still the same one; else NULL */
static const char *known_parent(const struct snapshot *before, const struct dirent *entry)
{
	const struct snapshot_port *port =
		before ? snapshot_find_port(before, entry->d_name) : NULL;

	return port && port->inode == entry->d_ino ? port->parent_name : NULL;
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

static int open_device(int devices, const char *path)
{
	return openat(devices, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The folder of a decoder that is below that port; -1 if it is not */
static int open_decoder(const struct snapshot *snapshot, struct reading *reading, int devices,
			const struct snapshot_port *port, const char *name)
{
	size_t number = (size_t)(port - snapshot->ports);
	_cleanup_free_ char *path = NULL;

	if (snapshot->nr_ports > FOLDERS) {
		path = memory_print("%s/%s", port->name, name);
		return open_device(devices, path);
	}
	if (reading->folders[number] <= 0)
		reading->folders[number] = open_device(devices, port->name);
	return open_device(reading->folders[number], name);
}

/*
 * A device's folder, and what it hangs under. There are more decoders than all else: to go through
 * the folder of their port, which was read before, spares their links.
 */
static void find_device(struct snapshot *snapshot, struct reading *reading, int devices,
			struct device *device, bool decoder)
{
	const struct snapshot_port *port = decoder ? port_of_decoder(snapshot, device->name) : NULL;

	device->fd = -1;
	if (port) {
		device->parent = port->name;
		/* Those of an endpoint come and go with it. */
		device->files = port->kind != PORT_ENDPOINT ? reading->files : NULL;
		device->kept = device->files && sysfs_files_have(device->files, device->inode);
		device->fd = device->kept
				     ? devices
				     : open_decoder(snapshot, reading, devices, port, device->name);
	}
	if (device->fd >= 0)
		return;
	device->fd = open_device(devices, device->name);
	if (device->fd >= 0 && (decoder || !device->parent))
		device->parent = read_parent(snapshot, devices, device->name);
}

static void leave_device(struct device *device)
{
	if (!device->kept)
		close(device->fd);
}

/* Ports come first: decoders are found through them. */
enum pass {
	PASS_PORTS,
	PASS_OTHERS,
};

static void read_device(struct reading *reading, struct snapshot *snapshot, int devices,
			const struct dirent *entry, enum pass pass)
{
	struct device device = {
		.inode = entry->d_ino, .before = reading->before, .outline = reading->outline};
	size_t i = 0;

	while (i < sizeof(kinds) / sizeof(*kinds) && !has_prefix(entry->d_name, kinds[i].prefix))
		i++;
	if (i == sizeof(kinds) / sizeof(*kinds) ||
	    (kinds[i].read == read_port) != (pass == PASS_PORTS))
		return;
	if (kinds[i].read == read_decoder &&
	    (reading->outline || copy_root_decoder(reading->before, snapshot, entry)))
		return;
	device.name = snapshot_keep(snapshot, entry->d_name);
	device.parent = snapshot_keep(snapshot, known_parent(reading->before, entry));
	find_device(snapshot, reading, devices, &device, kinds[i].read == read_decoder);
	if (device.fd < 0) {
		snapshot->nr_left_out += kinds[i].read == read_memdev;
		return;
	}
	kinds[i].read(snapshot, &device);
	leave_device(&device);
}

/* The endpoints' decoders that map a region, by which its memdevs are known */
static void read_targets(struct reading *reading, struct snapshot *snapshot, int devices,
			 const char *region, uint64_t count)
{
	for (uint64_t i = 0; i < count && i < TARGETS_MAX; i++) {
		_cleanup_free_ char *path = memory_print("%s/target%ju", region, (uintmax_t)i);
		struct device device = {.fd = devices, .outline = true};

		device.name = read_text(snapshot, &device, path);
		if (!device.name || !has_prefix(device.name, "decoder"))
			continue;
		find_device(snapshot, reading, devices, &device, true);
		if (device.fd < 0)
			continue;
		read_decoder(snapshot, &device);
		leave_device(&device);
	}
}

static void read_all(struct reading *reading, struct snapshot *snapshot, DIR *devices,
		     enum pass pass)
{
	const struct dirent *entry;

	while ((entry = readdir(devices)))
		read_device(reading, snapshot, dirfd(devices), entry, pass);
}

static int read_devices(struct reading *reading, struct snapshot *snapshot)
{
	DIR *devices = opendir("/sys/bus/cxl/devices");

	if (!devices)
		return errno == ENOENT ? 0 : -errno;
	read_all(reading, snapshot, devices, PASS_PORTS);
	snapshot_sort_ports(snapshot);
	rewinddir(devices);
	read_all(reading, snapshot, devices, PASS_OTHERS);
	for (size_t i = 0; reading->outline && i < snapshot->nr_regions; i++)
		read_targets(reading, snapshot, dirfd(devices), snapshot->regions[i].name,
			     snapshot->regions[i].interleave_ways);
	for (size_t i = 0; i < FOLDERS; i++) {
		if (reading->folders[i] > 0)
			close(reading->folders[i]);
	}
	closedir(devices);
	return 0;
}

static int take_devices(struct reading *reading, struct snapshot *snapshot)
{
	int rc;

	*snapshot = (struct snapshot){.has_bus = access("/sys/bus/cxl", F_OK) == 0,
				      .attach_support = FLAG_UNKNOWN};
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
	int rc = take_devices(&(struct reading){.before = before, .files = files}, snapshot);

	if (files)
		sysfs_files_sweep(files);
	return rc;
}

int snapshot_take_outline(const struct snapshot *before, struct snapshot *snapshot)
{
	return take_devices(&(struct reading){.before = before, .outline = true}, snapshot);
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
