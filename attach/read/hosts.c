// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/model/snapshot.h"
#include "attach/read/hosts.h"
#include "attach/read/modules.h"
#include "attach/read/pci-config.h"
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
	bool indexed;	      /* modules.dep shows the providers: see modules_have_cxl_mem() */
	struct dports dports; /* read if it does not */
};

static void describe_module(struct snapshot *snapshot, struct modules *modules,
			    struct snapshot_host *host, const struct module *module)
{
	const struct module *importer;

	host->imports_attach = module ? module->imports_attach : FLAG_UNKNOWN;
	host->holds_cxl_mem = module ? module->holds_cxl_mem : FLAG_UNKNOWN;
	if (!module)
		return;
	host->module_file = snapshot_keep(snapshot, module->file);
	host->symbol = snapshot_keep(snapshot, module->symbol);
	importer = modules_importer(modules, module);
	if (importer) {
		host->importer = snapshot_keep(snapshot, importer->name);
		host->importer_file = snapshot_keep(snapshot, importer->file);
	}
}

/* Most hosts of a large machine have the same driver: they share the texts about its module. */
static void copy_module(struct snapshot_host *host, const struct snapshot_host *same)
{
	host->module = same->module;
	host->module_file = same->module_file;
	host->imports_attach = same->imports_attach;
	host->symbol = same->symbol;
	host->importer = same->importer;
	host->importer_file = same->importer_file;
	host->holds_cxl_mem = same->holds_cxl_mem;
}

void snapshot_read_modules(struct snapshot *snapshot, struct modules *modules)
{
	const struct snapshot_host *before = NULL;
	_cleanup_free_ char *file = NULL;

	/* Finding it can take long, and only matters if there is a memdev. */
	snapshot->attach_support = FLAG_UNKNOWN;
	if (snapshot->nr_memdevs == 0)
		return;
	snapshot->attach_support = modules_attach_support(modules, &file);
	snapshot->attach_support_file = snapshot_keep(snapshot, file);
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		struct snapshot_host *host = &snapshot->memdevs[i].host;

		if (before && host->module && streq(before->module, host->module))
			copy_module(host, before);
		else
			describe_module(snapshot, modules, host,
					modules_find(modules, host->module));
		before = host;
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

/*
 * Return the module of the driver that a driver_override names. A driver that is not loaded is
 * assumed to have the name of its module.
 */
static const struct module *driver_module(const struct search *search, const char *driver)
{
	_cleanup_free_ char *path = NULL, *name = NULL;

	if (strchr(driver, '/'))
		return NULL;
	path = xasprintf("/sys/bus/%s/drivers/%s/module", search->bus, driver);
	name = root_link_name(search->snapshot->root, path);
	return modules_find(search->modules, name ?: driver);
}

/* Find the module that drives or would drive the device, and set in @unattached how it is known */
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

/*
 * If CXL is built in, each module must be opened. Open only those of devices that can have CXL
 * memory.
 */
static bool is_worth_opening(const struct search *search, int bus, int fd, const char *name)
{
	return search->indexed || dports_are_above(&search->dports, bus, name) ||
	       (strcmp(search->bus, "pci") == 0 && pci_has_cxl_memory(fd) == FLAG_YES);
}

/*
 * Most devices of a machine are bound to a driver that has nothing to do with CXL. Neither their
 * directory nor the file of their driver's module is opened.
 */
static bool is_bound_to_other(const struct search *search, const char *driver, const char *module)
{
	return driver && (!module || !modules_can_use_cxl(search->modules, module));
}

static char *read_link(int bus, const char *name, const char *link)
{
	char path[2 * NAME_MAX + 2];

	snprintf(path, sizeof(path), "%s/%s", name, link);
	return sysfs_link_name(bus, path);
}

static void add_unattached(const struct search *search, int bus, int fd,
			   struct snapshot_unattached_host *unattached)
{
	const struct snapshot_host *host = &unattached->host;
	struct snapshot *snapshot = search->snapshot;
	const struct module *module = find_provider(search, fd, unattached);

	if (!module_can_attach(module))
		return;
	if (strcmp(search->bus, "pci") == 0)
		unattached->capable = pci_has_cxl_memory(fd);
	unattached->host.name = snapshot_keep(snapshot, host->name);
	unattached->host.subsystem = search->bus;
	unattached->host.driver = snapshot_keep(snapshot, host->driver);
	unattached->host.module = snapshot_keep(snapshot, module->name);
	unattached->provider = snapshot_keep(snapshot, unattached->provider);
	unattached->deferred = is_deferred(snapshot->root, host->name);
	describe_module(snapshot, search->modules, &unattached->host, module);
	find_port_above(snapshot, bus, unattached);
	/*
	 * An attribute that is missing from a device removed in the meantime is not evidence:
	 * device_is_gone().
	 */
	if (sysfs_is_absent(fd, "uevent"))
		return;
	*APPEND(snapshot->unattached_hosts, snapshot->nr_unattached_hosts) = *unattached;
}

static void read_device(const struct search *search, int bus, const char *name)
{
	_cleanup_free_ char *driver = NULL, *module_name = NULL;
	struct snapshot_unattached_host unattached = {.capable = FLAG_UNKNOWN};
	_cleanup_close_ int fd = -1;

	if (name[0] == '.' || has_memdev(search->snapshot, name))
		return;
	driver = read_link(bus, name, "driver");
	module_name = driver ? read_link(bus, name, "driver/module") : NULL;
	if (is_bound_to_other(search, driver, module_name))
		return;
	fd = sysfs_open_directory(bus, name);
	if (fd < 0 || !is_worth_opening(search, bus, fd, name))
		return;
	unattached.host.name = name;
	unattached.host.driver = driver;
	unattached.host.module = module_name;
	add_unattached(search, bus, fd, &unattached);
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

	search.indexed = modules_have_cxl_mem(modules);
	if (snapshot->nr_memdev_hosts > 0)
		qsort(snapshot->memdev_hosts, snapshot->nr_memdev_hosts,
		      sizeof(*snapshot->memdev_hosts), by_text);
	if (!search.indexed)
		dports_read(snapshot, &search.dports);
	for (size_t i = 0; i < sizeof(buses) / sizeof(*buses); i++) {
		search.bus = buses[i];
		search_bus(&search);
	}
	dports_release(&search.dports);
	if (snapshot->nr_unattached_hosts > 0)
		qsort(snapshot->unattached_hosts, snapshot->nr_unattached_hosts,
		      sizeof(*snapshot->unattached_hosts), by_host);
}
