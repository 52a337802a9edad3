// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "attach/read/devices.h"
#include "attach/read/find-device.h"
#include "attach/read/kinds.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/read-limit.h"
#include "util/sysfs-files.h"
#include "util/sysfs.h"
#include "util/text.h"
#include "util/threads.h"
#include "util/unread.h"

/* The maximum number of targets of a region: CXL_DECODER_MAX_INTERLEAVE in drivers/cxl/cxl.h */
#define TARGETS_MAX 16

/* It pays to start a thread for so many entries: reading them takes some milliseconds. */
#define ENTRIES_FOR_THREAD 512
/* Threads that are done early take pieces of the others. */
#define PIECES_OF_THREAD 4

/* An entry of /sys/bus/cxl/devices */
struct entry {
	const char *name;
	uint64_t inode;
};

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
	find_through_link(snapshot, devices, device);
	if (device->fd < 0)
		return;
	kind_read(snapshot, device);
	close(device->fd);
}

/* Test for a device that shows which memdevs and regions exist; for decoders, see read_targets() */
static bool is_of_brief(const struct device *device)
{
	return device->kind == DEVICE_MEMDEV || device->kind == DEVICE_REGION ||
	       (device->kind == DEVICE_PORT && device_name_has_prefix(device->name, "endpoint"));
}

/* Add a decoder without reading it, if its state is known */
static bool add_known_decoder(const struct reading *reading, struct snapshot *snapshot,
			      const struct device *device)
{
	const struct snapshot_port *port;

	if (copy_root_decoder(snapshot, device))
		return true;
	port = reading->like ? find_port_of_decoder(snapshot, device->name) : NULL;
	return port && assume_idle_decoder(snapshot, device, port);
}

static void read_device(struct reading *reading, struct snapshot *snapshot, int devices,
			struct device *device)
{
	if ((reading->depth == DEPTH_BRIEF && !is_of_brief(device)) ||
	    (device->kind == DEVICE_DECODER && add_known_decoder(reading, snapshot, device)))
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
			.kind = kind_of(entries[i].name),
			.inode = entries[i].inode,
			.before = reading->before,
			.depth = reading->depth,
			.like = reading->like,
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
	read_limit_begin(); /* the limit of the first thread is only its own */
	read_entries(&reading, &pieces->parts[number], pieces->devices, pieces->entries + begin,
		     end - begin);
	find_end(&reading);
	read_limit_end();
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
#define NR_PASSES 3

static int pass_of(enum device_kind kind)
{
	return kind == DEVICE_PORT ? 0 : kind != DEVICE_DECODER ? 1 : 2;
}

/* The entries of a pass, in the order in which they are read */
struct pass {
	struct entry *entries;
	size_t count;
};

static int by_name(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;

	return text_order(one->name, other->name);
}

static void list_entries(struct snapshot *snapshot, DIR *devices, struct pass *passes)
{
	const struct dirent *entry;

	while ((entry = unread_entry(devices))) {
		enum device_kind kind = kind_of(entry->d_name);
		struct pass *pass = &passes[pass_of(kind)];

		if (kind != DEVICE_OTHER)
			*APPEND(pass->entries, pass->count) = (struct entry){
				snapshot_keep(snapshot, entry->d_name), entry->d_ino};
	}
	for (int i = 0; i < NR_PASSES; i++) {
		if (passes[i].count > 0)
			qsort(passes[i].entries, passes[i].count, sizeof(struct entry), by_name);
	}
}

static void read_all(struct reading *reading, struct snapshot *snapshot, DIR *devices)
{
	struct pass passes[NR_PASSES] = {0};

	list_entries(snapshot, devices, passes);
	for (int i = 0; i < NR_PASSES; i++) {
		read_pass(reading, snapshot, dirfd(devices), passes[i].entries, passes[i].count);
		free(passes[i].entries);
		snapshot_sort_ports(snapshot);
	}
	for (size_t i = 0; reading->depth == DEPTH_BRIEF && i < snapshot->nr_regions; i++)
		read_targets(reading, snapshot, dirfd(devices), snapshot->regions[i].name,
			     snapshot->regions[i].interleave_ways);
	find_end(reading);
}

static bool is_empty(const struct snapshot *snapshot)
{
	return snapshot->nr_ports + snapshot->nr_memdevs + snapshot->nr_left_out +
		       snapshot->nr_regions + snapshot->nr_decoders ==
	       0;
}

int devices_read(const struct snapshot *before, struct sysfs_files *files, enum depth depth,
		 const struct snapshot *like, struct snapshot *snapshot)
{
	struct reading reading = {.before = before, .files = files, .depth = depth, .like = like};
	DIR *kept = files ? files->listing : NULL;
	DIR *devices = kept ?: root_opendir(snapshot->root, "/sys/bus/cxl/devices");

	if (!devices) {
		int error = errno;

		snapshot->has_bus = root_exists(snapshot->root, "/sys/bus/cxl");
		return error == ENOENT ? 0 : -error;
	}
	snapshot->has_bus = true;
	if (kept)
		rewinddir(kept);
	read_all(&reading, snapshot, devices);
	if (files)
		files->listing = devices;
	else
		closedir(devices);
	/* If cxl_core was loaded again, the directory is another one, and the kept one is empty. */
	if (!kept || !is_empty(snapshot))
		return 0;
	closedir(kept);
	files->listing = NULL;
	return devices_read(before, files, depth, like, snapshot);
}
