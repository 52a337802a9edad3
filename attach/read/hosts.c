// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/model/snapshot.h"
#include "attach/read/hosts.h"
#include "attach/read/modules.h"
#include "attach/read/port-above.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/text.h"
#include "util/unread.h"

static const char *const buses[] = {"pci", "platform", "auxiliary"};

struct search {
	struct snapshot *snapshot;
	struct modules *modules;
	const char *bus;
};

static void describe_module(struct snapshot *snapshot, struct snapshot_host *host,
			    const struct module *module)
{
	host->imports_attach = module ? module->imports_attach : FLAG_UNKNOWN;
	host->holds_cxl_mem = module ? module->holds_cxl_mem : FLAG_UNKNOWN;
	host->module_file = module ? snapshot_keep(snapshot, module->file) : NULL;
}

void snapshot_read_modules(struct snapshot *snapshot, struct modules *modules)
{
	_cleanup_free_ char *file = NULL;

	/* It can take long, and only matters where there is a memdev. */
	snapshot->attach_support = FLAG_UNKNOWN;
	if (snapshot->nr_memdevs == 0)
		return;
	snapshot->attach_support = modules_attach_support(modules, &file);
	snapshot->attach_support_file = snapshot_keep(snapshot, file);
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		struct snapshot_host *host = &snapshot->memdevs[i].host;

		describe_module(snapshot, host, modules_find(modules, host->module));
	}
}

/* /sys/module/sfc/drivers/pci:sfc names the driver; without it, the name is the module's. */
static const char *module_driver(const struct search *search, const struct module *module)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/%s/drivers", module->name);
	_cleanup_free_ char *prefix = xasprintf("%s:", search->bus);
	DIR *drivers = root_opendir(search->snapshot->root, path);
	const struct dirent *entry;
	const char *name = NULL;

	while (drivers && !name && (entry = unread_entry(drivers))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			name = snapshot_keep(search->snapshot, entry->d_name + strlen(prefix));
	}
	if (drivers)
		closedir(drivers);
	return name ?: module->name;
}

/* The module of the driver that a driver_override names. If it is not loaded, it has its name. */
static const struct module *driver_module(const struct search *search, const char *driver)
{
	_cleanup_free_ char *path = NULL, *name = NULL;

	if (strchr(driver, '/'))
		return NULL;
	path = xasprintf("/sys/bus/%s/drivers/%s/module", search->bus, driver);
	name = root_link_name(search->snapshot->root, path);
	return modules_find(search->modules, name ?: driver);
}

static bool is_provider(const struct module *module)
{
	return module && module->imports_attach == FLAG_YES;
}

/* The module that drives or would drive the device, and in @unattached how that is known */
static const struct module *find_provider(const struct search *search, int fd,
					  struct snapshot_unattached_host *unattached)
{
	char text[SYSFS_ATTR_MAX + 1];
	const struct module *module;

	if (unattached->host.driver) {
		unattached->matched = "driver";
		unattached->provider = unattached->host.driver;
		return modules_find(search->modules, unattached->host.module);
	}
	/* With an override, the kernel tries no other driver. On PCI, "(null)" means none. */
	if (sysfs_read(fd, "driver_override", text, sizeof(text)) > 0 &&
	    strcmp(text, "(null)") != 0) {
		unattached->matched = "driver_override";
		unattached->provider = snapshot_keep(search->snapshot, text);
		return driver_module(search, text);
	}
	if (sysfs_read(fd, "modalias", text, sizeof(text)) <= 0)
		return NULL;
	module = modules_for_alias(search->modules, text);
	unattached->matched = "modalias";
	unattached->provider = module ? module_driver(search, module) : NULL;
	return module;
}

/*
 * Does a PCI device have CXL memory? Its CXL device DVSEC says so (CXL specification, 8.1.3: vendor
 * 1e98h, id 0, Mem_Capable is bit 2 of the capability at 0Ah). Only root can read that far.
 */
static enum flag has_cxl_memory(int fd)
{
	_cleanup_close_ int config = openat(fd, "config", O_RDONLY | O_CLOEXEC);
	unsigned char space[4096] = {0};
	size_t offset = 0x100;
	ssize_t got = -1;

	if (config < 0 || (got = pread(config, space, sizeof(space), 0)) < 0)
		unread_note(fd, "config", -errno);
	if (got != sizeof(space))
		return FLAG_UNKNOWN;
	/* Each capability is at least 8 bytes long. A list of more than 480 goes in circles. */
	for (int i = 0; i < 480 && offset >= 0x100 && offset <= sizeof(space) - 12; i++) {
		const unsigned char *cap = space + offset;
		unsigned int id = cap[0] | cap[1] << 8, vendor = cap[4] | cap[5] << 8;

		if (id == 0x23 && vendor == 0x1e98 && cap[8] == 0 && cap[9] == 0)
			return !!(cap[10] & 4);
		offset = (cap[2] | cap[3] << 8) >> 4 & ~3U;
	}
	return FLAG_NO;
}

/* Only root can read debugfs. A line is "DEVICE\tREASON" or "DEVICE". */
static enum flag is_deferred(struct root root, const char *name)
{
	FILE *file = root_fopen(root, "/sys/kernel/debug/devices_deferred");
	enum flag deferred = FLAG_NO;
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	if (!file)
		return FLAG_UNKNOWN;
	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\t\n")] = '\0';
		if (strcmp(line, name) == 0)
			deferred = FLAG_YES;
	}
	unread_end(file);
	fclose(file);
	return deferred;
}

static int by_text(const void *a, const void *b)
{
	const char *const *one = a, *const *other = b;

	return strcmp(*one, *other);
}

static bool has_memdev(const struct snapshot *snapshot, const char *name)
{
	return snapshot->nr_memdev_hosts > 0 &&
	       bsearch(&name, snapshot->memdev_hosts, snapshot->nr_memdev_hosts, sizeof(name),
		       by_text);
}

static void read_device(const struct search *search, int bus, const char *name)
{
	struct snapshot *snapshot = search->snapshot;
	_cleanup_free_ char *driver = NULL, *module_name = NULL;
	struct snapshot_unattached_host unattached = {.capable = FLAG_UNKNOWN};
	const struct module *module;
	_cleanup_close_ int fd = -1;

	if (name[0] == '.' || has_memdev(snapshot, name))
		return;
	fd = sysfs_open_directory(bus, name);
	if (fd < 0)
		return;
	driver = sysfs_link_name(fd, "driver");
	module_name = driver ? sysfs_link_name(fd, "driver/module") : NULL;
	unattached.host.driver = driver;
	unattached.host.module = module_name;
	module = find_provider(search, fd, &unattached);
	if (!is_provider(module))
		return;
	if (strcmp(search->bus, "pci") == 0)
		unattached.capable = has_cxl_memory(fd);
	unattached.host.name = snapshot_keep(snapshot, name);
	unattached.host.subsystem = search->bus;
	unattached.host.driver = snapshot_keep(snapshot, driver);
	unattached.host.module = snapshot_keep(snapshot, module->name);
	unattached.provider = snapshot_keep(snapshot, unattached.provider);
	unattached.deferred = is_deferred(snapshot->root, name);
	describe_module(snapshot, &unattached.host, module);
	find_port_above(snapshot, bus, &unattached);
	/* What a device that was removed meanwhile lacks is no evidence: device_is_gone(). */
	if (sysfs_is_absent(fd, "uevent"))
		return;
	*APPEND(snapshot->unattached_hosts, snapshot->nr_unattached_hosts) = unattached;
}

static void search_bus(struct search *search)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/%s/devices", search->bus);
	DIR *devices = root_opendir(search->snapshot->root, path);
	const struct dirent *entry;

	while (devices && (entry = unread_entry(devices)))
		read_device(search, dirfd(devices), entry->d_name);
	if (devices)
		closedir(devices);
}

static int by_host(const void *a, const void *b)
{
	const struct snapshot_unattached_host *one = a, *other = b;

	return text_order(one->host.name, other->host.name);
}

void snapshot_read_unattached_hosts(struct snapshot *snapshot, struct modules *modules)
{
	struct search search = {.snapshot = snapshot, .modules = modules};
	size_t nr_providers;

	modules_providers(modules, false, &nr_providers);
	if (nr_providers == 0)
		return;
	if (snapshot->nr_memdev_hosts > 0)
		qsort(snapshot->memdev_hosts, snapshot->nr_memdev_hosts,
		      sizeof(*snapshot->memdev_hosts), by_text);
	for (size_t i = 0; i < sizeof(buses) / sizeof(*buses); i++) {
		search.bus = buses[i];
		search_bus(&search);
	}
	if (snapshot->nr_unattached_hosts > 0)
		qsort(snapshot->unattached_hosts, snapshot->nr_unattached_hosts,
		      sizeof(*snapshot->unattached_hosts), by_host);
}
