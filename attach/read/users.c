// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/model/snapshot.h"
#include "attach/read/user-search.h"
#include "attach/read/users-memory.h"
#include "attach/read/users-module.h"
#include "attach/read/users-network.h"
#include "attach/read/users-storage.h"
#include "attach/read/users.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/read-limit.h"
#include "util/sysfs.h"
#include "util/unread.h"

/*
 * Add the file of a memdev, or of a group of VFIO. Neither can be mapped (cxl_memdev_fops in
 * drivers/cxl/core/memdev.c, vfio_group_fops in drivers/vfio/group.c). Return: the number of files
 * added.
 */
static size_t add_node_of(struct user_search *search, const char *device, const char *path)
{
	size_t before = search->nr_nodes;
	char dev[32];

	if (root_read(search->snapshot->root, path, dev, sizeof(dev)) > 0)
		user_search_add_node(search, device, dev, false);
	search->nr_unmappable += search->nr_nodes - before;
	return search->nr_nodes - before;
}

/* The older interface of VFIO opens the group of a device: /dev/vfio/7. */
static void add_vfio_group(struct user_search *search, const struct snapshot_memdev *memdev)
{
	_cleanup_free_ char *link = xasprintf("/sys/bus/%s/devices/%s/iommu_group",
					      memdev->host.subsystem ?: "", memdev->host.name);
	_cleanup_free_ char *group = root_link_name(search->snapshot->root, link);
	_cleanup_free_ char *path = xasprintf("/sys/class/vfio/%s/dev", group ?: "none");

	add_node_of(search, memdev->name, path);
}

static void add_memdev(struct user_search *search, const struct snapshot_memdev *memdev)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/cxl/devices/%s/dev", memdev->name);

	search->nr_of_core += add_node_of(search, memdev->name, path);
	if (memdev->host.name)
		add_vfio_group(search, memdev);
	for (size_t i = 0; i < memdev->host.nr_dependents; i++) {
		const struct snapshot_dependent *dependent = &memdev->host.dependents[i];

		user_search_add_node(search, dependent->name, dependent->dev,
				     strcmp(dependent->subsystem, "block") == 0);
	}
}

/* A kernel thread has no program and no files. */
static bool is_kernel_thread(int proc, const char *pid)
{
	_cleanup_free_ char *path = xasprintf("%s/exe", pid);
	char program[1];

	return readlinkat(proc, path, program, sizeof(program)) < 0 &&
	       unread_note(proc, path, -errno) == -ENOENT;
}

static void add_process(struct user_search *search, const char *device, const char *kind, int proc,
			const char *pid)
{
	_cleanup_free_ char *comm = xasprintf("%s/comm", pid);
	char command[32] = "";

	sysfs_read(proc, comm, command, sizeof(command));
	user_search_add(search, device, kind, command, strtoull(pid, NULL, 10));
}

/*
 * Handle a directory or file of a process that did not open: the process may have ended, or there
 * is no memory.
 */
static void not_opened(int fd, int proc, const char *path)
{
	unread_note(proc, path, -errno);
	if (fd >= 0)
		close(fd);
}

static void read_files(struct user_search *search, int proc, const char *pid)
{
	_cleanup_free_ char *path = xasprintf("%s/fd", pid);
	int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!directory)
		not_opened(fd, proc, path);
	while (directory && (entry = unread_entry(directory))) {
		const struct user_node *node = NULL;
		struct stat status;

		if (entry->d_name[0] == '.')
			continue;
		if (fstatat(fd, entry->d_name, &status, 0) == 0)
			node = user_search_node(search, &status);
		else
			unread_note(fd, entry->d_name, -errno);
		if (node)
			add_process(search, node->device, "open", proc, pid);
	}
	if (directory)
		closedir(directory);
}

/*
 * Find the file of a line in /proc/PID/maps. /proc/PID/map_files leads to the file itself, even if
 * its name now leads to another file. Only a file in /dev can belong to a device.
 */
static const struct user_node *node_of_mapping(const struct user_search *search, int proc,
					       const char *pid, const char *line)
{
	_cleanup_free_ char *path = NULL;
	struct stat status;

	if (!strstr(line, " /dev/"))
		return NULL;
	path = xasprintf("%s/map_files/%.*s", pid, (int)strcspn(line, " "), line);
	if (fstatat(proc, path, &status, 0) == 0)
		return user_search_node(search, &status);
	unread_note(proc, path, -errno);
	return NULL;
}

/* A process can have closed a file and still have its memory mapped. */
static void read_mappings(struct user_search *search, int proc, const char *pid)
{
	_cleanup_free_ char *path = xasprintf("%s/maps", pid), *line = NULL;
	int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	FILE *maps = fd < 0 ? NULL : fdopen(fd, "r");
	const char *last = NULL;
	size_t size = 0;

	if (!maps)
		not_opened(fd, proc, path);
	while (maps && getline(&line, &size, maps) >= 0) {
		const struct user_node *node = node_of_mapping(search, proc, pid, line);

		if (node && node->device != last)
			add_process(search, node->device, "mapped", proc, pid);
		last = node ? node->device : last;
	}
	if (maps) {
		unread_end(maps);
		fclose(maps);
	}
}

/*
 * A machine can have thousands of processes with thousands of files each. They are not read if no
 * process can have one of the files open.
 */
static bool can_be_open(const struct user_search *search)
{
	return search->nr_nodes > search->nr_of_core ||
	       (search->nr_nodes > 0 && !users_module_is_idle(search->snapshot->root, "cxl_core"));
}

/* The files and mappings of this process itself do not count. */
static void read_processes(struct user_search *search)
{
	DIR *directory = root_opendir(search->snapshot->root, "/proc");
	const struct dirent *entry;

	while (directory && (entry = unread_entry(directory))) {
		const char *pid = entry->d_name;

		if (pid[strspn(pid, "0123456789")] != '\0' ||
		    strtoll(pid, NULL, 10) == search->self ||
		    is_kernel_thread(dirfd(directory), pid))
			continue;
		read_files(search, dirfd(directory), pid);
		if (search->nr_nodes > search->nr_unmappable)
			read_mappings(search, dirfd(directory), pid);
	}
	if (directory)
		closedir(directory);
}

void snapshot_read_users(struct snapshot *snapshot)
{
	struct user_search search = {.snapshot = snapshot, .self = getpid()};

	read_limit_begin();
	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		add_memdev(&search, &snapshot->memdevs[i]);
	users_read_memory(&search);
	/* Devices stacked on disks also have files, which processes can have open. */
	users_read_storage(&search);
	if (can_be_open(&search))
		read_processes(&search);
	users_read_network(&search);
	users_read_modules(&search);
	read_limit_end();
	free(search.nodes);
}
