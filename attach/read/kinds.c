// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/read/kinds.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/text.h"
#include "util/unread.h"

/*
 * Test for attributes that every class-code memdev has and no accelerator has:
 * cxl_class_memdev_type and cxl_memdev_type in drivers/cxl/core/memdev.c.
 */
static enum flag read_class_attributes(const struct device *device)
{
	return device_has(device, "firmware_version") || device_has(device, "payload_max") ||
	       device_has(device, "label_storage_size");
}

static uint64_t read_numa_node(const struct device *device)
{
	uint64_t node = device_number(device, "numa_node");

	return node != SNAPSHOT_NO_NUMBER ? node : device_number(device, "../numa_node");
}

/*
 * ".." in a device's directory is the directory of its parent, whatever link led there. Most hosts
 * have the driver of the host before (@other).
 */
static void read_host(struct snapshot *snapshot, struct snapshot_host *host,
		      const struct snapshot_host *other, const struct device *device)
{
	host->driver =
		snapshot_share(snapshot, device_link(snapshot, device, "../driver"), other->driver);
	if (device->depth == DEPTH_STATE)
		return;
	host->subsystem = snapshot_share(snapshot, device_link(snapshot, device, "../subsystem"),
					 other->subsystem);
	if (host->driver)
		host->module = snapshot_share(
			snapshot, device_link(snapshot, device, "../driver/module"), other->module);
}

/* Read what does not change while the memdev exists */
static void describe_memdev(const struct device *device, struct snapshot_memdev *memdev)
{
	memdev->class_attributes = read_class_attributes(device);
	memdev->attached = device_flag(device, "attached");
	memdev->serial = device_number(device, "serial");
	memdev->numa_node = read_numa_node(device);
}

static void read_memdev(struct snapshot *snapshot, const struct device *device)
{
	const struct snapshot_memdev *like = DEVICE_LIKE(device, snapshot_find_memdev);
	const struct snapshot_memdev *other;
	struct snapshot_memdev *memdev;

	*APPEND(snapshot->memdev_hosts, snapshot->nr_memdev_hosts) = device->parent ?: "";
	memdev = APPEND(snapshot->memdevs, snapshot->nr_memdevs);
	memdev->name = device->name;
	memdev->inode = device->inode;
	memdev->id = strtoull(device->name + strlen("mem"), NULL, 10);
	memdev->class_attributes = memdev->attached = FLAG_UNKNOWN;
	memdev->serial = memdev->numa_node = SNAPSHOT_NO_NUMBER;
	memdev->ram_size = memdev->pmem_size = SNAPSHOT_NO_NUMBER;
	memdev->host.name = device->parent;
	memdev->host.imports_attach = memdev->host.holds_cxl_mem = FLAG_UNKNOWN;
	if (device->depth == DEPTH_BRIEF)
		return;
	/*
	 * A guard must protect a memdev that may be enabled: an error does not count as no driver.
	 */
	memdev->enabled = !device_lacks(device, "driver");
	other = snapshot->nr_memdevs > 1 ? memdev - 1 : memdev;
	read_host(snapshot, &memdev->host, &other->host, device);
	memdev->ram_size = like ? like->ram_size : device_number(device, "ram/size");
	memdev->pmem_size = like ? like->pmem_size : device_number(device, "pmem/size");
	if (device->depth == DEPTH_ALL)
		describe_memdev(device, memdev);
}

static struct snapshot_region unread_region(const struct device *device)
{
	return (struct snapshot_region){
		.name = device->name,
		.root_decoder_name = device->parent,
		.resource = SNAPSHOT_NO_NUMBER,
		.size = SNAPSHOT_NO_NUMBER,
		.interleave_ways = SNAPSHOT_NO_NUMBER,
		.target_node = SNAPSHOT_NO_NUMBER,
		.locked = FLAG_UNKNOWN,
		.committed = FLAG_UNKNOWN,
	};
}

/* A group of attributes is also a directory. Only a device has a file "uevent". */
static bool is_device(int parent, const char *name)
{
	_cleanup_free_ char *uevent = xasprintf("%s/uevent", name);

	return sysfs_exists(parent, uevent);
}

static const char *find_other_child(struct snapshot *snapshot, const struct device *device)
{
	int fd = openat(device->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	const char *name = NULL;

	while (directory && !name && (entry = unread_entry(directory))) {
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    kind_of(entry->d_name) == DEVICE_OTHER && is_device(fd, entry->d_name))
			name = snapshot_keep(snapshot, entry->d_name);
	}
	if (directory)
		closedir(directory);
	else if (fd >= 0)
		close(fd);
	return name;
}

static void read_region(struct snapshot *snapshot, const struct device *device)
{
	struct snapshot_region *region = APPEND(snapshot->regions, snapshot->nr_regions);
	const struct snapshot_region *other = snapshot->nr_regions > 1 ? region - 1 : region;

	*region = unread_region(device);
	region->resource = device_number(device, "resource");
	region->size = device_number(device, "size");
	region->locked = device_flag(device, "locked");
	if (device->depth != DEPTH_STATE)
		region->interleave_ways = device_number(device, "interleave_ways");
	if (device->depth == DEPTH_BRIEF)
		return;
	region->committed = device_flag(device, "commit");
	region->driver =
		snapshot_share(snapshot, device_link(snapshot, device, "driver"), other->driver);
	if (device->depth != DEPTH_ALL)
		return;
	region->mode = snapshot_share(snapshot, device_text(snapshot, device, "mode"), other->mode);
	region->other_child = find_other_child(snapshot, device);
}

/* Read dax_region0 or pmem_region0, below a region that may not have been read yet */
static void read_child(struct snapshot *snapshot, const struct device *device)
{
	struct snapshot_child *child = APPEND(snapshot->children, snapshot->nr_children);

	child->name = device->name;
	child->region_name = device->parent;
}

/*
 * Read what the decoder decodes, and whether firmware locked it. Most decoders decode nothing. Such
 * a decoder cannot be locked (init_hdm_decoder() in drivers/cxl/core/hdm.c).
 */
static void read_range(const struct device *device, const struct snapshot_decoder *known,
		       struct snapshot_decoder *decoder)
{
	const struct snapshot_decoder *like = DEVICE_LIKE(device, snapshot_find_decoder);

	decoder->size = device_number(device, "size");
	if (decoder->size == 0) {
		decoder->start = 0;
		decoder->locked = FLAG_NO;
		return;
	}
	decoder->start = device_number(device, "start");
	/* The kernel reads the lock from the device once, when it creates the port. */
	if (!known || !known->size)
		known = like;
	decoder->locked = known && known->size ? known->locked : device_flag(device, "locked");
}

static bool has_region(const struct snapshot *snapshot, const char *root_decoder)
{
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		if (streq(snapshot->regions[i].root_decoder_name, root_decoder))
			return true;
	}
	return false;
}

/*
 * The attributes only matter to the decoder's regions, which were read before. The addresses are
 * not read: regions have their own.
 */
static void read_root_decoder(const struct snapshot *snapshot, const struct device *device,
			      struct snapshot_decoder *decoder)
{
	if (!has_region(snapshot, device->name))
		return;
	decoder->locked = device_flag(device, "locked");
	decoder->delete_region = !device_lacks(device, "delete_region") &&
				 device_is_writable(device, "delete_region");
}

/*
 * A name that is not one of a region is damage. It would be listed as a region, and could be passed
 * to cxl-cli.
 */
static const char *read_region_name(struct snapshot *snapshot, const struct device *device)
{
	const char *name = device_text(snapshot, device, "region");
	const struct snapshot_region *region = snapshot_find_region(snapshot, name);

	if (region)
		return snapshot_share(snapshot, name, region->name);
	return name && kind_of(name) == DEVICE_REGION ? name : NULL;
}

/*
 * There can be thousands of decoders. Each attribute is therefore only read if something depends on
 * it. A decoder without a size has no region, with one exception: user space can have put it into a
 * region that is not committed yet (cxl_region_attach() in drivers/cxl/core/region.c). If the
 * earlier snapshot has the region (@known), the region is read, to see whether it is gone. At
 * DEPTH_STATE, which checks compare, it is also read for the decoders of ports, to see that they
 * name no region that is gone.
 */
static void read_other_decoder(struct snapshot *snapshot, const struct device *device,
			       const struct snapshot_decoder *known,
			       struct snapshot_decoder *decoder)
{
	const struct snapshot_decoder *like = DEVICE_LIKE(device, snapshot_find_decoder);
	const struct snapshot_decoder *other = snapshot->nr_decoders > 1 ? decoder - 1 : decoder;
	bool endpoint = device->parent && device_name_has_prefix(device->parent, "endpoint");

	if (device->depth != DEPTH_BRIEF)
		read_range(device, known, decoder);
	if (decoder->size == 0 && device->all_committed && !(known && known->region_name) &&
	    (endpoint || device->depth != DEPTH_STATE))
		return;
	decoder->region_name = read_region_name(snapshot, device);
	if (endpoint && device->depth != DEPTH_BRIEF && decoder->region_name) {
		const char *type = like && like->target_type
					   ? snapshot_keep(snapshot, like->target_type)
					   : device_text(snapshot, device, "target_type");

		decoder->target_type = snapshot_share(snapshot, type, other->target_type);
	}
	if (!endpoint && device->depth != DEPTH_BRIEF && decoder->size != 0)
		decoder->target_list = device_text(snapshot, device, "target_list");
}

static void read_decoder(struct snapshot *snapshot, const struct device *device)
{
	struct snapshot_decoder *decoder = APPEND(snapshot->decoders, snapshot->nr_decoders);

	decoder->name = device->name;
	decoder->inode = device->inode;
	decoder->port_name = device->parent;
	decoder->start = decoder->size = SNAPSHOT_NO_NUMBER;
	decoder->locked = decoder->delete_region = FLAG_UNKNOWN;
	if (!device->parent || !device_name_has_prefix(device->parent, "root"))
		read_other_decoder(snapshot, device, DEVICE_KNOWN(device, snapshot_find_decoder),
				   decoder);
	else
		read_root_decoder(snapshot, device, decoder);
}

static void read_port(struct snapshot *snapshot, const struct device *device)
{
	const struct snapshot_port *known = DEVICE_KNOWN(device, snapshot_find_port);
	struct snapshot_port *port = APPEND(snapshot->ports, snapshot->nr_ports);

	port->name = device->name;
	port->inode = device->inode;
	port->kind = device_name_has_prefix(device->name, "root")	? PORT_ROOT
		     : device_name_has_prefix(device->name, "endpoint") ? PORT_ENDPOINT
									: PORT_SWITCH;
	port->parent_name = device->parent;
	port->nr_committed = SNAPSHOT_NO_NUMBER;
	port->uport = known ? snapshot_keep(snapshot, known->uport)
			    : device_link(snapshot, device, "uport");
	if (device->depth == DEPTH_BRIEF)
		return;
	port->enabled = port->kind == PORT_ROOT || !device_lacks(device, "driver");
	if (device->counts && port->kind != PORT_ROOT)
		port->nr_committed = device_number(device, "decoders_committed");
	if (port->kind != PORT_ROOT)
		return;
	/* A root exists only as long as the driver of its host is bound. */
	port->host_subsystem = known ? snapshot_keep(snapshot, known->host_subsystem)
				     : device_link(snapshot, device, "../subsystem");
	port->host_driver = known ? snapshot_keep(snapshot, known->host_driver)
				  : device_link(snapshot, device, "../driver");
}

/* A root decoder does not change while it exists (cxl_parse_cfmws() in drivers/cxl/acpi.c). */
bool copy_root_decoder(struct snapshot *snapshot, const struct device *device)
{
	const struct snapshot_decoder *known = DEVICE_KNOWN(device, snapshot_find_decoder);
	struct snapshot_decoder *decoder;

	if (!known || !known->port || known->port->kind != PORT_ROOT ||
	    (known->delete_region == FLAG_UNKNOWN && has_region(snapshot, device->name)))
		return false;
	decoder = APPEND(snapshot->decoders, snapshot->nr_decoders);
	decoder->name = device->name;
	decoder->inode = device->inode;
	decoder->port_name = snapshot_keep(snapshot, known->port->name);
	decoder->start = decoder->size = SNAPSHOT_NO_NUMBER;
	decoder->locked = known->locked;
	decoder->delete_region = known->delete_region;
	return true;
}

static bool decodes_nothing(const struct snapshot_decoder *decoder)
{
	return decoder->size == 0 && !decoder->region_name;
}

bool assume_idle_decoder(struct snapshot *snapshot, const struct device *device,
			 const struct snapshot_port *port)
{
	const struct snapshot_decoder *known = DEVICE_KNOWN(device, snapshot_find_decoder);
	struct snapshot_decoder *decoder;

	if (!device->all_committed || snapshot_decoder_is_counted(port, device->name) ||
	    (known ? !decodes_nothing(known) : port->kind != PORT_ENDPOINT))
		return false;
	decoder = APPEND(snapshot->decoders, snapshot->nr_decoders);
	decoder->name = device->name;
	decoder->inode = device->inode;
	decoder->port_name = port->name;
	decoder->locked = FLAG_NO;
	decoder->delete_region = FLAG_UNKNOWN;
	return true;
}

enum device_kind kind_of(const char *name)
{
	static const struct {
		const char *prefix;
		enum device_kind kind;
	} kinds[] = {
		{"mem", DEVICE_MEMDEV},	      {"region", DEVICE_REGION},
		{"decoder", DEVICE_DECODER},  {"endpoint", DEVICE_PORT},
		{"port", DEVICE_PORT},	      {"root", DEVICE_PORT},
		{"dax_region", DEVICE_CHILD}, {"pmem_region", DEVICE_CHILD},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (device_name_has_prefix(name, kinds[i].prefix))
			return kinds[i].kind;
	}
	return DEVICE_OTHER;
}

static void read_any(struct snapshot *snapshot, const struct device *device)
{
	static void (*const functions[])(struct snapshot *snapshot, const struct device *device) = {
		[DEVICE_MEMDEV] = read_memdev, [DEVICE_REGION] = read_region,
		[DEVICE_CHILD] = read_child,   [DEVICE_DECODER] = read_decoder,
		[DEVICE_PORT] = read_port,
	};

	functions[device->kind](snapshot, device);
}

/*
 * Remove the device that was read last, which is the last of its kind. A region stays, with only
 * its name: if its directory is damaged, no command may act as if the region were gone. What was
 * read through the directory above it is read once more (read_found() in devices.c).
 */
static void forget(struct snapshot *snapshot, const struct device *device)
{
	enum device_kind kind = device->kind;

	snapshot->nr_memdevs -= kind == DEVICE_MEMDEV;
	snapshot->nr_memdev_hosts -= kind == DEVICE_MEMDEV && device->above;
	snapshot->nr_left_out += kind == DEVICE_MEMDEV && !device->above;
	snapshot->nr_decoders -= kind == DEVICE_DECODER;
	snapshot->nr_ports -= kind == DEVICE_PORT;
	snapshot->nr_regions -= kind == DEVICE_REGION && device->above;
	if (kind == DEVICE_REGION && !device->above)
		snapshot->regions[snapshot->nr_regions - 1] = unread_region(device);
}

/*
 * Test every memdev for removal, because what is left of a removed one may lack nothing else. The
 * other devices are many: test only those that lack an attribute.
 */
bool kind_read(struct snapshot *snapshot, const struct device *device)
{
	bool lacking = device->kind == DEVICE_MEMDEV;
	struct device noted = *device;

	noted.lacking = &lacking;
	read_any(snapshot, &noted);
	if (!lacking || device->kind == DEVICE_CHILD || !device_is_gone(device))
		return true;
	forget(snapshot, device);
	return false;
}
