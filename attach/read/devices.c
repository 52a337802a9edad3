// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "attach/read/devices.h"
#include "attach/read/kinds.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs-files.h"
#include "util/sysfs.h"
#include "util/text.h"
#include "util/threads.h"
#include "util/unread.h"

/* The maximum number of targets of a region: CXL_DECODER_MAX_INTERLEAVE in drivers/cxl/cxl.h */
#define TARGETS_MAX 16

/* Return the parent: the target of the link in /sys/bus/cxl/devices ends in PARENT/NAME. */
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

/* The directory of a port, which stays open while its decoders are read */
struct directory {
	uint64_t port; /* the inode of the port */
	int fd;
};

/* The maximum number of directories that stay open */
#define DIRECTORIES_MAX 8

/* The number of entries for which it pays to start a thread: reading them takes some milliseconds
 */
#define ENTRIES_FOR_THREAD 512
/* Threads that are done early take pieces of the others. */
#define PIECES_OF_THREAD 4

/* The settings for reading devices: see struct device */
struct reading {
	const struct snapshot *before;
	struct sysfs_files *files;
	enum depth depth;
	struct directory directories[DIRECTORIES_MAX];
	size_t nr_directories; /* that were opened: the latest of them are open */
};

/* An entry of /sys/bus/cxl/devices */
struct entry {
	const char *name;
	uint64_t inode;
	enum device_kind kind;
};

/* Return the name of the port above a port that is still the same port; otherwise NULL */
static const char *known_parent(const struct device *device)
{
	const struct snapshot_port *known = DEVICE_KNOWN(device, snapshot_find_port);

	return known ? known->parent_name : NULL;
}

/* decoder3.0 belongs to the port with number 3 (cxl_decoder_add() in drivers/cxl/core/port.c). */
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

/*
 * Open the directory of a port, which stays open for the decoders of the port: they are read one
 * after the other, because all devices are in order. leave_directories() closes it.
 */
static int port_directory(struct reading *reading, int devices, const char *name, uint64_t inode)
{
	struct directory *oldest = &reading->directories[reading->nr_directories % DIRECTORIES_MAX];
	int fd = -1;

	/* An endpoint appears and disappears with its memdev. */
	if (reading->files && !device_name_has_prefix(name, "endpoint"))
		fd = sysfs_files_directory(reading->files, inode, devices, name);
	if (fd >= 0)
		return fd;
	for (size_t i = 0; i < MIN(reading->nr_directories, DIRECTORIES_MAX); i++) {
		if (reading->directories[i].port == inode)
			return reading->directories[i].fd;
	}
	fd = sysfs_open_directory(devices, name);
	if (fd < 0)
		return fd;
	if (reading->nr_directories >= DIRECTORIES_MAX)
		close(oldest->fd);
	*oldest = (struct directory){inode, fd};
	reading->nr_directories++;
	return fd;
}

static void leave_directories(struct reading *reading)
{
	for (size_t i = 0; i < MIN(reading->nr_directories, DIRECTORIES_MAX); i++)
		close(reading->directories[i].fd);
	reading->nr_directories = 0;
}

/*
 * Find a decoder through the directory of its port, which was read before. There are more decoders
 * than other devices, and this avoids reading their links. Reading the decoder shows whether the
 * directory leads to it: see read_found().
 */
static bool find_decoder(const struct snapshot *snapshot, struct reading *reading, int devices,
			 struct device *device)
{
	const struct snapshot_port *port = port_of_decoder(snapshot, device->name);
	bool open;

	if (!port)
		return false;
	device->files = port->kind != PORT_ENDPOINT ? reading->files : NULL;
	open = device->files && sysfs_files_have(device->files, device->inode);
	device->fd = open ? devices : port_directory(reading, devices, port->name, port->inode);
	device->above = device->lent = device->fd >= 0;
	if (device->lent)
		device->parent = port->name;
	return device->lent;
}

/* Set the directory of the device, and its parent */
static void find_device(struct snapshot *snapshot, struct reading *reading, int devices,
			struct device *device)
{
	if (device->kind == DEVICE_DECODER && find_decoder(snapshot, reading, devices, device))
		return;
	if (device->kind == DEVICE_PORT) {
		device->parent = snapshot_keep(snapshot, known_parent(device));
		device->fd = port_directory(reading, devices, device->name, device->inode);
		device->lent = device->fd >= 0;
	}
	if (!device->lent)
		device->fd = sysfs_open_directory(devices, device->name);
	if (device->fd >= 0 && !device->parent)
		device->parent = read_parent(snapshot, devices, device->name);
}

/*
 * Read the device through the directory that find_device() has set. If that directory does not lead
 * to it, read it through its link: the device has just disappeared, or the tree is damaged.
 */
static void read_found(struct snapshot *snapshot, int devices, struct device *device)
{
	bool found = kind_read(snapshot, device);

	if (!device->lent)
		close(device->fd);
	if (found || !device->above)
		return;
	device->above = device->lent = false;
	device->fd = sysfs_open_directory(devices, device->name);
	if (device->fd < 0)
		return;
	device->parent = read_parent(snapshot, devices, device->name);
	kind_read(snapshot, device);
	close(device->fd);
}

/* Test for a device that shows which memdevs and regions exist; for decoders, see read_targets() */
static bool is_of_brief(const struct device *device)
{
	return device->kind == DEVICE_MEMDEV || device->kind == DEVICE_REGION ||
	       (device->kind == DEVICE_PORT && device_name_has_prefix(device->name, "endpoint"));
}

static void read_device(struct reading *reading, struct snapshot *snapshot, int devices,
			struct device *device)
{
	if ((reading->depth == DEPTH_BRIEF && !is_of_brief(device)) ||
	    (device->kind == DEVICE_DECODER && copy_root_decoder(snapshot, device)))
		return;
	find_device(snapshot, reading, devices, device);
	if (device->fd < 0) {
		snapshot->nr_left_out += device->kind == DEVICE_MEMDEV;
		return;
	}
	read_found(snapshot, devices, device);
}

/* Read the decoders of endpoints that map a region: they show which memdevs take part in it. */
static void read_targets(struct reading *reading, struct snapshot *snapshot, int devices,
			 const char *region, uint64_t count)
{
	for (uint64_t i = 0; i < count && i < TARGETS_MAX; i++) {
		_cleanup_free_ char *path = xasprintf("%s/target%ju", region, (uintmax_t)i);
		struct device device = {
			.kind = DEVICE_DECODER, .fd = devices, .depth = DEPTH_BRIEF};

		device.name = device_text(snapshot, &device, path);
		if (!device.name || !device_name_has_prefix(device.name, "decoder"))
			continue;
		find_device(snapshot, reading, devices, &device);
		if (device.fd >= 0)
			read_found(snapshot, devices, &device);
	}
}

static bool are_all_committed(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		if (snapshot->regions[i].committed != FLAG_YES)
			return false;
	}
	return true;
}

static void read_entries(struct reading *reading, struct snapshot *snapshot, int devices,
			 const struct entry *entries, size_t count)
{
	bool all_committed = are_all_committed(snapshot);

	for (size_t i = 0; i < count; i++) {
		struct device device = {
			.name = entries[i].name,
			.kind = entries[i].kind,
			.inode = entries[i].inode,
			.before = reading->before,
			.depth = reading->depth,
			.all_committed = all_committed,
		};

		read_device(reading, snapshot, devices, &device);
	}
}

/* Entries that threads read, a piece each: see threads.h */
struct pieces {
	const struct reading *reading;
	int devices;
	const struct entry *entries;
	size_t nr_entries;
	struct snapshot *parts; /* of the snapshot, one for each piece */
	struct unread *unread;	/* as many */
	size_t count;
};

static void read_piece(size_t number, void *data)
{
	const struct pieces *pieces = data;
	size_t begin = pieces->nr_entries * number / pieces->count;
	size_t end = pieces->nr_entries * (number + 1) / pieces->count;
	struct reading reading = *pieces->reading;

	reading.nr_directories = 0; /* these belong to the first thread */
	unread_collect(&pieces->unread[number]);
	read_entries(&reading, &pieces->parts[number], pieces->devices, pieces->entries + begin,
		     end - begin);
	leave_directories(&reading);
	unread_collect(NULL);
}

static void read_in_threads(size_t threads, struct pieces *pieces, struct snapshot *snapshot)
{
	pieces->count = threads * PIECES_OF_THREAD;
	pieces->parts = memory_check(calloc(pieces->count, sizeof(*pieces->parts)));
	pieces->unread = memory_check(calloc(pieces->count, sizeof(*pieces->unread)));
	for (size_t i = 0; i < pieces->count; i++)
		snapshot_begin_part(snapshot, &pieces->parts[i]);
	threads_run(threads, pieces->count, read_piece, pieces);
	snapshot_join_parts(snapshot, pieces->parts, pieces->count);
	for (size_t i = 0; i < pieces->count; i++)
		unread_adopt(&pieces->unread[i]);
	free(pieces->parts);
	free(pieces->unread);
}

/*
 * Read entries of the same pass. What stays open for the next time is not shared by threads, and
 * the messages of --debug are in order.
 */
static void read_pass(struct reading *reading, struct snapshot *snapshot, int devices,
		      const struct entry *entries, size_t count)
{
	size_t threads = reading->files || sysfs_debug ? 1 : threads_for(count, ENTRIES_FOR_THREAD);
	struct pieces pieces = {
		.reading = reading, .devices = devices, .entries = entries, .nr_entries = count};

	if (threads > 1)
		read_in_threads(threads, &pieces, snapshot);
	else
		read_entries(reading, snapshot, devices, entries, count);
}

/*
 * Decoders are found through their ports, and what is read of them depends on the regions. There
 * are three passes, in this order.
 */
static int pass_of(enum device_kind kind)
{
	return kind == DEVICE_PORT ? 0 : kind != DEVICE_DECODER ? 1 : 2;
}

static int by_pass_and_name(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;

	return pass_of(one->kind) - pass_of(other->kind) ?: text_order(one->name, other->name);
}

/* List all devices, in the order in which they are read */
static struct entry *list_entries(struct snapshot *snapshot, DIR *devices, size_t *count)
{
	struct entry *entries = NULL;
	const struct dirent *entry;

	*count = 0;
	while ((entry = unread_entry(devices))) {
		enum device_kind kind = kind_of(entry->d_name);

		if (kind != DEVICE_OTHER)
			*APPEND(entries, *count) = (struct entry){
				snapshot_keep(snapshot, entry->d_name), entry->d_ino, kind};
	}
	if (*count > 0)
		qsort(entries, *count, sizeof(*entries), by_pass_and_name);
	return entries;
}

static void read_all(struct reading *reading, struct snapshot *snapshot, DIR *devices)
{
	size_t count, begin = 0, end;
	_cleanup_free_ struct entry *entries = list_entries(snapshot, devices, &count);

	for (; begin < count; begin = end) {
		for (end = begin;
		     end < count && pass_of(entries[end].kind) == pass_of(entries[begin].kind);)
			end++;
		read_pass(reading, snapshot, dirfd(devices), entries + begin, end - begin);
		snapshot_sort_ports(snapshot);
	}
	for (size_t i = 0; reading->depth == DEPTH_BRIEF && i < snapshot->nr_regions; i++)
		read_targets(reading, snapshot, dirfd(devices), snapshot->regions[i].name,
			     snapshot->regions[i].interleave_ways);
	leave_directories(reading);
}

int devices_read(const struct snapshot *before, struct sysfs_files *files, enum depth depth,
		 struct snapshot *snapshot)
{
	struct reading reading = {.before = before, .files = files, .depth = depth};
	DIR *devices = root_opendir(snapshot->root, "/sys/bus/cxl/devices");

	if (!devices) {
		int error = errno;

		snapshot->has_bus = root_exists(snapshot->root, "/sys/bus/cxl");
		return error == ENOENT ? 0 : -error;
	}
	snapshot->has_bus = true;
	read_all(&reading, snapshot, devices);
	closedir(devices);
	return 0;
}
