// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/read/memory-blocks.h"
#include "attach/read/modules.h"
#include "attach/reason/evidence.h"
#include "exercise/outcome.h"
#include "exercise/surroundings.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/text.h"

/* Find the first entry of a directory that begins with @prefix and that @fits accepts */
static char *find_in(const char *directory, const char *prefix,
		     bool (*fits)(const char *directory, const char *name, const char *what),
		     const char *what)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	char *found = NULL;

	while (dir && !found && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.' &&
		    strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
		    (!fits || fits(directory, entry->d_name, what)))
			found = memory_check(strdup(entry->d_name));
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Find the provider's misc device, which has a file of the same name in /dev */
static char *find_window(const struct snapshot_host *host)
{
	_cleanup_free_ char *directory =
		xasprintf("/sys/bus/%s/devices/%s/misc", host->subsystem, host->name);
	char *name = find_in(directory, "", NULL, NULL);
	_cleanup_free_ char *file = name ? xasprintf("/dev/%s", name) : NULL;

	if (file && access(file, R_OK | W_OK) == 0)
		return name;
	free(name);
	return NULL;
}

/*
 * Find the fwctl device of the memdev, or of another memdev on its bus: both disappear with the bus
 */
static char *find_fwctl(const struct snapshot *snapshot, const struct snapshot_memdev *memdev)
{
	const struct snapshot_port *bus = snapshot_bus(memdev->endpoint);
	char *found = NULL;

	for (size_t i = 0; i <= snapshot->nr_memdevs && !found; i++) {
		const struct snapshot_memdev *of = i == 0 ? memdev : &snapshot->memdevs[i - 1];
		_cleanup_free_ char *directory =
			xasprintf("/sys/bus/cxl/devices/%s/fwctl", of->name);

		if (snapshot_bus(of->endpoint) == bus)
			found = find_in(directory, "fwctl", NULL, NULL);
	}
	return found;
}

/* Compare without the function, which the slot's address lacks: 0000:11:00 */
static bool is_slot_of(const char *directory, const char *name, const char *host)
{
	_cleanup_free_ char *path = xasprintf("%s/%s/address", directory, name);
	char address[64];
	int length = sysfs_read(AT_FDCWD, path, address, sizeof(address));

	return length > 0 && strncmp(host, address, (size_t)length) == 0 && host[length] == '.';
}

static char *find_port(const char *host)
{
	_cleanup_free_ char *link = xasprintf("/sys/bus/pci/devices/%s", host);
	_cleanup_free_ char *path = realpath(link, NULL), *port = NULL, *config = NULL;
	char *slash = path ? strrchr(path, '/') : NULL;

	if (!slash)
		return NULL;
	*slash = '\0';
	port = memory_check(strdup(strrchr(path, '/') + 1));
	config = xasprintf("/sys/bus/pci/devices/%s/config", port);
	return sysfs_exists(AT_FDCWD, config) ? memory_check(strdup(port)) : NULL;
}

static bool has_file(const char *format, const char *one, const char *other)
{
	_cleanup_free_ char *path = xasprintf("%s/%s/%s", format, one, other);

	return sysfs_exists(AT_FDCWD, path);
}

static char *find_other_module(const struct snapshot_host *host)
{
	struct modules *modules = modules_open(ROOT_LIVE);
	const struct module *const *list;
	char *found = NULL;
	size_t count;

	list = modules_providers(modules, false, &count);
	for (size_t i = 0; i < count && !found; i++) {
		if (!list[i]->loaded && list[i]->file && list[i]->imports_attach == FLAG_YES &&
		    !streq(list[i]->name, host->module))
			found = memory_check(strdup(list[i]->name));
	}
	modules_close(modules);
	return found;
}

/* Prefer a neighbor on another host bridge */
static const struct snapshot_memdev *find_neighbor(const struct attach_answers *answers,
						   const struct snapshot_memdev *memdev)
{
	const struct snapshot *snapshot = answers->snapshot;
	const struct snapshot_memdev *found = NULL;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *other = &snapshot->memdevs[i];
		bool apart;

		if (other == memdev || !other->host.driver || !other->endpoint ||
		    snapshot_bus(other->endpoint) != snapshot_bus(memdev->endpoint) ||
		    attach_of_memdev(answers, other)->state != ATTACH_ATTACHED)
			continue;
		apart = other->endpoint->parent != memdev->endpoint->parent;
		if (!found || (apart && found->endpoint->parent == memdev->endpoint->parent))
			found = other;
	}
	return found;
}

static bool is_below_decoder(const struct snapshot_memdev *memdev,
			     const struct snapshot_memdev *other)
{
	return memdev->endpoint && other->endpoint &&
	       memdev->endpoint->parent == other->endpoint->parent;
}

/* An expander without a region, because a region that the actor creates takes all its memory */
static const struct snapshot_memdev *find_expander(const struct snapshot *snapshot,
						   const struct snapshot_memdev *memdev)
{
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *other = &snapshot->memdevs[i];

		if (other != memdev && other->class_attributes == FLAG_YES && other->enabled &&
		    other->nr_regions == 0 && other->host.name && other->ram_size > 0 &&
		    other->ram_size != SNAPSHOT_NO_NUMBER && is_below_decoder(memdev, other))
			return other;
	}
	return NULL;
}

static bool is_movable(uint64_t number)
{
	_cleanup_free_ char *path =
		xasprintf("/sys/devices/system/memory/memory%ju/valid_zones", (uintmax_t)number);
	char zones[128];

	return sysfs_read(AT_FDCWD, path, zones, sizeof(zones)) > 0 && strstr(zones, "Movable");
}

/*
 * Find a memory block of an expander's region in the same window, which a detach of the memdev does
 * not touch
 */
static void find_block(const struct snapshot *snapshot, struct surroundings *surroundings)
{
	struct memory_blocks blocks;

	memory_blocks_read(ROOT_LIVE, &blocks);
	for (size_t i = 0; i < snapshot->nr_regions && blocks.size; i++) {
		const struct snapshot_region *region = &snapshot->regions[i];
		uint64_t number = region->resource / blocks.size;

		if (!region->child || region->resource == SNAPSHOT_NO_NUMBER ||
		    !streq(region->root_decoder_name, surroundings->root_decoder))
			continue;
		for (size_t j = 0; j < blocks.count && !surroundings->block; j++) {
			if (blocks.numbers[j] != number || !is_movable(number))
				continue;
			surroundings->block = xasprintf("memory%ju", (uintmax_t)number);
			surroundings->block_online =
				memory_block_flag(ROOT_LIVE, number, "online") == 1;
		}
	}
	memory_blocks_release(&blocks);
}

static void read_pci(const char *host, struct surroundings *surroundings)
{
	surroundings->slot = find_in("/sys/bus/pci/slots", "", is_slot_of, host);
	surroundings->port = find_port(host);
}

void surroundings_read(const struct attach_answers *answers, const struct snapshot_memdev *memdev,
		       struct surroundings *surroundings)
{
	const struct snapshot_host *host = &memdev->host;

	*surroundings = (struct surroundings){
		.memdev = memdev,
		.window = find_window(host),
		.fwctl = find_fwctl(answers->snapshot, memdev),
		.refuses =
			host->module && has_file("/sys/module", host->module, "parameters/refuse"),
		.neighbor = find_neighbor(answers, memdev),
	};
	if (memdev->nr_regions > 0)
		surroundings->root_decoder = memdev->regions[0]->root_decoder_name;
	if (streq(host->subsystem, "pci")) {
		surroundings->resets = has_file("/sys/bus/pci/devices", host->name, "reset");
		read_pci(host->name, surroundings);
	}
	if (surroundings->root_decoder) {
		if (has_file("/sys/bus/cxl/devices", surroundings->root_decoder,
			     "create_ram_region"))
			surroundings->expander = find_expander(answers->snapshot, memdev);
		find_block(answers->snapshot, surroundings);
	}
}

void surroundings_read_module(const struct snapshot_memdev *memdev,
			      struct surroundings *surroundings)
{
	free(surroundings->other_module);
	surroundings->other_module = find_other_module(&memdev->host);
}

void surroundings_release(struct surroundings *surroundings)
{
	free(surroundings->window);
	free(surroundings->fwctl);
	free(surroundings->slot);
	free(surroundings->port);
	free(surroundings->other_module);
	free(surroundings->block);
	*surroundings = (struct surroundings){0};
}

const char *surroundings_lack(const struct surroundings *surroundings, enum actor actor)
{
	const struct {
		bool there;
		const char *lack;
	} needs[NR_ACTORS] = {
		[ACTOR_HOLD] = {true, NULL},
		[ACTOR_MAP] = {surroundings->window, "its provider has no file that can be mapped"},
		[ACTOR_FWCTL] = {surroundings->fwctl, "no memdev of its bus has a fwctl device"},
		[ACTOR_RESET] = {surroundings->resets, "the kernel has no way to reset its host"},
		[ACTOR_SLOT] = {surroundings->slot, "its host is in no hotplug slot"},
		[ACTOR_LINK] = {surroundings->port, "its host is not below a PCI port"},
		[ACTOR_REFUSE] = {surroundings->refuses,
				  "the module of its provider has no parameter refuse"},
		[ACTOR_LOAD] = {surroundings->other_module,
				"no other provider is installed whose module is not loaded"},
		[ACTOR_NEIGHBOR] = {surroundings->neighbor,
				    "no other memdev of its bus is attached"},
		[ACTOR_CREATE] = {surroundings->expander,
				  "no expander without a region is in the same window"},
		[ACTOR_ONLINE] = {surroundings->block,
				  "no expander in the same window has movable memory blocks"},
	};

	return needs[actor].there ? NULL : needs[actor].lack;
}
