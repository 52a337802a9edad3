// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/driver.h"
#include "attach/read/pci-config.h"
#include "attach/read/pci-device.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/read-limit.h"
#include "util/sysfs.h"
#include "util/text.h"
#include "util/unread.h"

#define DEVICES "/sys/bus/pci/devices"

struct neighbors {
	struct snapshot_neighbor *list;
	size_t count;
};

static int by_name(const void *a, const void *b)
{
	const struct snapshot_neighbor *one = a, *other = b;

	return text_order(one->name, other->name);
}

/* Read all devices in @path except @self whose first @length characters are those of @self */
static struct neighbors read_neighbors(struct snapshot *snapshot, const char *path,
				       const char *self, size_t length)
{
	DIR *directory = root_opendir(snapshot->root, path);
	struct neighbors neighbors = {0};
	const struct dirent *entry;

	while (directory && (entry = unread_entry(directory))) {
		const char *name = entry->d_name;
		_cleanup_free_ char *driver = NULL;

		if (name[0] == '.' || strcmp(name, self) == 0 || strncmp(name, self, length) != 0)
			continue;
		driver = driver_of(snapshot->root, "pci", name);
		*APPEND(neighbors.list, neighbors.count) = (struct snapshot_neighbor){
			.name = snapshot_keep(snapshot, name),
			.driver = snapshot_keep(snapshot, driver),
		};
	}
	if (directory)
		closedir(directory);
	if (neighbors.count > 0)
		qsort(neighbors.list, neighbors.count, sizeof(*neighbors.list), by_name);
	return neighbors;
}

/* 0000:35:00.1 is a function of the same device as 0000:35:00.0. */
static void read_functions(struct snapshot *snapshot, const char *name, struct snapshot_pci *pci)
{
	const char *dot = strrchr(name, '.');
	struct neighbors functions = {0};

	if (dot)
		functions = read_neighbors(snapshot, DEVICES, name, (size_t)(dot + 1 - name));
	pci->functions = functions.list;
	pci->nr_functions = functions.count;
}

static void read_group(struct snapshot *snapshot, const char *name, struct snapshot_pci *pci)
{
	_cleanup_free_ char *link = xasprintf(DEVICES "/%s/iommu_group", name), *path = NULL;
	_cleanup_free_ char *group = root_link_name(snapshot->root, link);
	struct neighbors others;

	if (!group)
		return;
	pci->iommu_group = snapshot_keep(snapshot, group);
	path = xasprintf("/sys/kernel/iommu_groups/%s/devices", group);
	others = read_neighbors(snapshot, path, name, 0);
	pci->group = others.list;
	pci->nr_group = others.count;
}

static struct snapshot_pci *read_pci(struct snapshot *snapshot, const char *name)
{
	_cleanup_free_ char *path = xasprintf(DEVICES "/%s", name);
	_cleanup_close_ int fd = root_open_file(snapshot->root, path, O_RDONLY | O_DIRECTORY);
	char methods[256];
	struct snapshot_pci *pci;

	if (fd < 0)
		return NULL;
	pci = memory_check(calloc(1, sizeof(*pci)));
	read_functions(snapshot, name, pci);
	read_group(snapshot, name, pci);
	if (sysfs_read(fd, "reset_method", methods, sizeof(methods)) > 0)
		pci->reset_methods = snapshot_keep(snapshot, methods);
	pci->has_reset = sysfs_exists(fd, "reset");
	pci->has_cxl_reset = sysfs_exists(fd, "cxl_reset");
	pci->memory_enabled = pci_cxl_memory_enabled(fd);
	return pci;
}

void snapshot_read_pci_devices(struct snapshot *snapshot)
{
	read_limit_begin();
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		struct snapshot_host *host = &snapshot->memdevs[i].host;

		if (host->name && streq(host->subsystem, "pci"))
			host->pci = read_pci(snapshot, host->name);
	}
	read_limit_end();
}
