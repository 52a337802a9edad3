// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "attach/model/snapshot.h"
#include "attach/read/dependents.h"
#include "attach/read/modules.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/read-limit.h"
#include "util/sysfs.h"
#include "util/unread.h"

/* Above the depth of nested devices: a disk on USB has eight directories above it. */
#define DEPTH_MAX 32

/*
 * CXL devices are already in the snapshot, and some other devices belong to the host's connection.
 */
static bool is_of_interest(const char *subsystem)
{
	static const char *const others[] = {"cxl", "pci_express", "wakeup", "hwmon", "dax", NULL};

	for (size_t i = 0; others[i]; i++) {
		if (strcmp(subsystem, others[i]) == 0)
			return false;
	}
	return true;
}

static void add_dependent(struct snapshot *snapshot, struct snapshot_host *host, int fd,
			  const char *subsystem, const char *name)
{
	struct snapshot_dependent *dependent = APPEND(host->dependents, host->nr_dependents);
	char text[32];

	dependent->subsystem = snapshot_keep(snapshot, subsystem);
	dependent->name = snapshot_keep(snapshot, name);
	if (sysfs_read(fd, "operstate", text, sizeof(text)) > 0)
		dependent->state = snapshot_keep(snapshot, text);
	if (sysfs_read(fd, "dev", text, sizeof(text)) > 0)
		dependent->dev = snapshot_keep(snapshot, text);
}

static void read_directory(struct snapshot *snapshot, struct snapshot_host *host, int fd,
			   int depth);

/* Every device has a directory "power", which contains no device. */
static bool is_directory(int parent, const struct dirent *entry)
{
	struct stat status;

	if (entry->d_name[0] == '.' || strcmp(entry->d_name, "power") == 0)
		return false;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	if (fstatat(parent, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISDIR(status.st_mode);
	unread_note(parent, entry->d_name, -errno);
	return false;
}

/* Read a device, or a directory that only groups the devices of a class ("net") */
static void read_entry(struct snapshot *snapshot, struct snapshot_host *host, int parent,
		       const char *name, int depth)
{
	_cleanup_free_ char *subsystem = NULL;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		unread_note(parent, name, -errno);
		return;
	}
	subsystem = sysfs_link_name(fd, "subsystem");
	if (subsystem && is_of_interest(subsystem))
		add_dependent(snapshot, host, fd, subsystem, name);
	if (subsystem && strcmp(subsystem, "cxl") == 0)
		close(fd);
	else
		read_directory(snapshot, host, fd, depth + 1);
}

/* Read the directory @fd, and close it */
static void read_directory(struct snapshot *snapshot, struct snapshot_host *host, int fd, int depth)
{
	DIR *directory = depth < DEPTH_MAX ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (!directory) {
		if (depth < DEPTH_MAX)
			unread_note(fd, "", -errno);
		close(fd);
		return;
	}
	while ((entry = unread_entry(directory))) {
		if (is_directory(fd, entry))
			read_entry(snapshot, host, fd, entry->d_name, depth);
	}
	closedir(directory);
}

/*
 * A driver_override can be set and cleared while another driver is bound. Only the driver that it
 * names can bind the device. A PCI driver without an alias of the device needs an override
 * (pci_match_device() in drivers/pci/pci-driver.c, platform_match() in drivers/base/platform.c).
 */
static bool needs_override(const struct snapshot *snapshot, const struct snapshot_host *host,
			   int fd, struct modules **modules)
{
	char modalias[SYSFS_ATTR_MAX];

	if (host->driver_override)
		return host->driver && strcmp(host->driver_override, host->driver) != 0;
	if (!host->module || strcmp(host->subsystem ?: "", "pci") != 0 ||
	    sysfs_read(fd, "modalias", modalias, sizeof(modalias)) <= 0)
		return false;
	if (!*modules)
		*modules = modules_open(snapshot->root);
	return modules_has_alias(*modules, host->module, modalias) == FLAG_NO;
}

/*
 * Read the attributes that decide which driver the host gets. On PCI, "(null)" means no override.
 */
static void read_binding(struct snapshot *snapshot, struct snapshot_host *host, int fd,
			 struct modules **modules)
{
	_cleanup_free_ char *path =
		xasprintf("/sys/bus/%s/drivers_autoprobe", host->subsystem ?: "");
	int autoprobe = root_read_flag(snapshot->root, path);
	char text[256];

	host->autoprobe = autoprobe < 0 ? FLAG_UNKNOWN : (enum flag)autoprobe;
	if (sysfs_read(fd, "driver_override", text, sizeof(text)) > 0 &&
	    strcmp(text, "(null)") != 0)
		host->driver_override = snapshot_keep(snapshot, text);
	host->needs_override = needs_override(snapshot, host, fd, modules);
}

void snapshot_read_dependents(struct snapshot *snapshot)
{
	struct modules *modules = NULL; /* opened for the first host that needs it */

	read_limit_begin();
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		struct snapshot_memdev *memdev = &snapshot->memdevs[i];
		_cleanup_free_ char *path = xasprintf("/sys/bus/cxl/devices/%s/..", memdev->name);
		int fd = root_open_file(snapshot->root, path, O_RDONLY | O_DIRECTORY);

		if (fd < 0)
			continue;
		read_binding(snapshot, &memdev->host, fd, &modules);
		read_directory(snapshot, &memdev->host, fd, 0);
	}
	if (modules)
		modules_close(modules);
	read_limit_end();
}
