// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/model/snapshot.h"
#include "attach/read/user-search.h"
#include "attach/read/users-storage.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/unread.h"

/* Above the depth of every stack of disks */
#define DEEPEST 16

/* The mount namespaces that were read, by the target of /proc/PID/ns/mnt: "mnt:[4026531841]" */
struct namespaces {
	char **names;
	size_t count;
};

/*
 * Read the devices that are made of the disk, directly or indirectly; each is looked for like the
 * disk itself
 */
static void read_holders(struct user_search *search, const char *disk, const char *name, int depth)
{
	_cleanup_free_ char *path = xasprintf("/sys/class/block/%s/holders", name);
	DIR *directory = depth < DEEPEST ? root_opendir(search->snapshot->root, path) : NULL;
	const struct dirent *entry;

	while (directory && (entry = unread_entry(directory))) {
		_cleanup_free_ char *file = xasprintf("/sys/class/block/%s/dev", entry->d_name);
		char dev[32];

		if (entry->d_name[0] == '.')
			continue;
		user_search_add(search, disk, "holder", entry->d_name, 0);
		if (root_read(search->snapshot->root, file, dev, sizeof(dev)) > 0)
			user_search_add_node(search, disk, dev, true);
		read_holders(search, disk, entry->d_name, depth + 1);
	}
	if (directory)
		closedir(directory);
}

static void read_all_holders(struct user_search *search)
{
	const struct snapshot *snapshot = search->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_host *host = &snapshot->memdevs[i].host;

		for (size_t j = 0; j < host->nr_dependents; j++) {
			if (strcmp(host->dependents[j].subsystem, "block") == 0)
				read_holders(search, host->dependents[j].name,
					     host->dependents[j].name, 0);
		}
	}
}

/*
 * Add the device of a file system or swap, if it is a device of interest; @top is the directory of
 * its "/"
 */
static void add_source(struct user_search *search, const char *top, const char *source,
		       const char *kind, const char *what, uint64_t pid)
{
	_cleanup_free_ char *path = xasprintf("%s%s", top, source);
	const struct user_node *node = NULL;
	_cleanup_close_ int fd = -1;
	struct stat status;

	if (strncmp(source, "/dev/", strlen("/dev/")) == 0)
		fd = root_open_file(search->snapshot->root, path, O_PATH);
	if (fd >= 0 && fstat(fd, &status) == 0)
		node = user_search_node(search, &status);
	else if (fd >= 0)
		unread_note(AT_FDCWD, path, -errno);
	if (node)
		user_search_add(search, node->device, kind, what, pid);
}

/* @process is "/proc/1"; @pid is 0 for the namespace of this process */
static void read_mounts(struct user_search *search, const char *process, uint64_t pid)
{
	_cleanup_free_ char *path = xasprintf("%s/mounts", process);
	_cleanup_free_ char *top = pid ? xasprintf("%s/root", process) : xasprintf("%s", "");
	FILE *mounts = root_fopen(search->snapshot->root, path);
	const struct mntent *mount;

	while (mounts && (mount = getmntent(mounts)))
		add_source(search, top, mount->mnt_fsname, "mount", mount->mnt_dir, pid);
	if (mounts) {
		unread_end(mounts);
		endmntent(mounts);
	}
}

/*
 * Test for a new namespace. Without root, the namespaces of kernel threads and of other users'
 * processes cannot be read.
 */
static bool is_new(struct user_search *search, struct namespaces *seen, const char *process)
{
	_cleanup_free_ char *path = xasprintf("%s/ns/mnt", process);
	char *name = root_private_link_name(search->snapshot->root, path);
	bool is_known = !name;

	for (size_t i = 0; i < seen->count && !is_known; i++)
		is_known = strcmp(seen->names[i], name) == 0;
	if (is_known)
		free(name);
	else
		*APPEND(seen->names, seen->count) = name;
	return !is_known;
}

/* A file system that is only mounted in a container also uses its disk. */
static void read_all_mounts(struct user_search *search)
{
	DIR *processes = root_opendir(search->snapshot->root, "/proc");
	struct namespaces seen = {0};
	const struct dirent *entry;

	is_new(search, &seen, "/proc/self");
	read_mounts(search, "/proc/self", 0);
	while (processes && (entry = unread_entry(processes))) {
		_cleanup_free_ char *process = xasprintf("/proc/%s", entry->d_name);
		uint64_t pid = strtoull(entry->d_name, NULL, 10);

		if (pid && is_new(search, &seen, process))
			read_mounts(search, process, pid);
	}
	if (processes)
		closedir(processes);
	for (size_t i = 0; i < seen.count; i++)
		free(seen.names[i]);
	free(seen.names);
}

/* Each line begins with the device; the first line is a heading. */
static void read_swaps(struct user_search *search)
{
	FILE *swaps = root_fopen(search->snapshot->root, "/proc/swaps");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	while (swaps && getline(&line, &size, swaps) >= 0) {
		line[strcspn(line, " \t\n")] = '\0';
		add_source(search, "", line, "swap", NULL, 0);
	}
	if (swaps) {
		unread_end(swaps);
		fclose(swaps);
	}
}

void users_read_storage(struct user_search *search)
{
	if (!user_search_has_dependent(search, "block"))
		return;
	read_all_holders(search);
	read_all_mounts(search);
	read_swaps(search);
}
