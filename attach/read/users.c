// SPDX-License-Identifier: LGPL-2.1-only
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <mntent.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "attach/model/snapshot.h"
#include "attach/read/users.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"

/* A file in /dev that belongs to a device of interest */
struct node {
	const char *device;
	dev_t number;
	bool block;
};

struct search {
	struct snapshot *snapshot;
	struct node *nodes;
	size_t nr_nodes;
	pid_t self;
};

static void add_user(struct search *search, const char *device, const char *kind, const char *what,
		     uint64_t pid)
{
	struct snapshot *snapshot = search->snapshot;

	*APPEND(snapshot->users, snapshot->nr_users) = (struct snapshot_user){
		.device = device,
		.kind = kind,
		.what = snapshot_keep(snapshot, what),
		.pid = pid,
	};
}

static void add_node(struct search *search, const char *device, const char *dev, bool block)
{
	unsigned int major, minor;

	if (dev && sscanf(dev, "%u:%u", &major, &minor) == 2)
		*APPEND(search->nodes, search->nr_nodes) =
			(struct node){device, makedev(major, minor), block};
}

static void add_node_of(struct search *search, const char *device, const char *path)
{
	char dev[32];

	if (root_read(search->snapshot->root, path, dev, sizeof(dev)) > 0)
		add_node(search, device, dev, false);
}

/* The older interface of VFIO opens the group of a device: /dev/vfio/7 */
static void add_vfio_group(struct search *search, const struct snapshot_memdev *memdev)
{
	_cleanup_free_ char *link = xasprintf("/sys/bus/%s/devices/%s/iommu_group",
					      memdev->host.subsystem ?: "", memdev->host.name);
	_cleanup_free_ char *group = root_link_name(search->snapshot->root, link);
	_cleanup_free_ char *path = xasprintf("/sys/class/vfio/%s/dev", group ?: "none");

	add_node_of(search, memdev->name, path);
}

static void add_memdev(struct search *search, const struct snapshot_memdev *memdev)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/cxl/devices/%s/dev", memdev->name);

	add_node_of(search, memdev->name, path);
	if (memdev->host.name)
		add_vfio_group(search, memdev);
	for (size_t i = 0; i < memdev->host.nr_dependents; i++) {
		const struct snapshot_dependent *dependent = &memdev->host.dependents[i];

		add_node(search, dependent->name, dependent->dev,
			 strcmp(dependent->subsystem, "block") == 0);
	}
}

/* The region that a dax device is below: its name is in the target of the link in /sys/bus/dax. */
static const struct snapshot_region *region_of_dax(const struct snapshot *snapshot, int devices,
						   const char *name)
{
	char path[SYSFS_ATTR_MAX];
	char *rest = path, *part;

	if (sysfs_link(devices, name, path, sizeof(path)) < 0)
		return NULL;
	while ((part = strsep(&rest, "/"))) {
		const struct snapshot_region *region = snapshot_find_region(snapshot, part);

		if (region)
			return region;
	}
	return NULL;
}

/* Is any memory block between @start and @start + @size online? */
static bool is_online(struct root root, uint64_t start, uint64_t size)
{
	char text[32];
	uint64_t block;

	if (root_read(root, "/sys/devices/system/memory/block_size_bytes", text, sizeof(text)) <= 0)
		return false;
	block = strtoull(text, NULL, 16);
	for (uint64_t at = start; block && at < start + size; at += block) {
		_cleanup_free_ char *path = xasprintf("/sys/devices/system/memory/memory%ju/online",
						      (uintmax_t)(at / block));

		if (root_read_flag(root, path) == 1)
			return true;
	}
	return false;
}

static void add_dax(struct search *search, int devices, const char *name)
{
	const struct snapshot_region *region = region_of_dax(search->snapshot, devices, name);
	_cleanup_free_ char *dev = NULL, *resource = NULL, *size = NULL;
	char number[32];
	uint64_t start, length;

	if (!region)
		return;
	dev = xasprintf("%s/dev", name);
	resource = xasprintf("%s/resource", name);
	size = xasprintf("%s/size", name);
	if (sysfs_read(devices, dev, number, sizeof(number)) > 0)
		add_node(search, region->name, number, false);
	start = sysfs_read_number(devices, resource);
	length = sysfs_read_number(devices, size);
	/* Only root can read where it starts. Without that, it starts with its region. */
	if (start == SNAPSHOT_NO_NUMBER)
		start = region->resource;
	if (start != SNAPSHOT_NO_NUMBER && length != SNAPSHOT_NO_NUMBER &&
	    is_online(search->snapshot->root, start, length))
		add_user(search, region->name, "system-ram", name, 0);
}

static void each_entry(struct search *search, const char *path,
		       void (*visit)(struct search *search, int directory, const char *name))
{
	DIR *directory = root_opendir(search->snapshot->root, path);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] != '.')
			visit(search, dirfd(directory), entry->d_name);
	}
	if (directory)
		closedir(directory);
}

static const struct node *find_node(const struct search *search, const struct stat *status)
{
	bool block = S_ISBLK(status->st_mode);

	if (!block && !S_ISCHR(status->st_mode))
		return NULL;
	for (size_t i = 0; i < search->nr_nodes; i++) {
		if (search->nodes[i].number == status->st_rdev && search->nodes[i].block == block)
			return &search->nodes[i];
	}
	return NULL;
}

/* A kernel thread has no program, and no files. */
static bool is_kernel_thread(int proc, const char *pid)
{
	_cleanup_free_ char *path = xasprintf("%s/exe", pid);
	char program[1];

	return readlinkat(proc, path, program, sizeof(program)) < 0 && errno == ENOENT;
}

static void read_process(struct search *search, int proc, const char *pid)
{
	_cleanup_free_ char *path = NULL, *comm = NULL;
	const struct dirent *entry;
	char command[32] = "";
	DIR *directory;
	int fd;

	/* The files that this process has open do not count. */
	if (pid[strspn(pid, "0123456789")] != '\0' || strtoll(pid, NULL, 10) == search->self ||
	    is_kernel_thread(proc, pid))
		return;
	path = xasprintf("%s/fd", pid);
	comm = xasprintf("%s/comm", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	directory = fd < 0 ? NULL : fdopendir(fd);
	while (directory && (entry = readdir(directory))) {
		const struct node *node = NULL;
		struct stat status;

		if (entry->d_name[0] != '.' && fstatat(fd, entry->d_name, &status, 0) == 0)
			node = find_node(search, &status);
		if (!node)
			continue;
		sysfs_read(proc, comm, command, sizeof(command));
		add_user(search, node->device, "open", command, strtoull(pid, NULL, 10));
	}
	if (directory)
		closedir(directory);
}

/* The device of a file system or swap, if it is a device of interest */
static void add_source(struct search *search, const char *source, const char *kind,
		       const char *what)
{
	_cleanup_close_ int fd = -1;
	const struct node *node = NULL;
	struct stat status;

	if (strncmp(source, "/dev/", strlen("/dev/")) == 0)
		fd = root_open_file(search->snapshot->root, source, O_PATH);
	if (fd >= 0 && fstat(fd, &status) == 0)
		node = find_node(search, &status);
	if (node)
		add_user(search, node->device, kind, what, 0);
}

static void read_mounts(struct search *search)
{
	FILE *mounts = root_fopen(search->snapshot->root, "/proc/self/mounts");
	const struct mntent *mount;

	while (mounts && (mount = getmntent(mounts)))
		add_source(search, mount->mnt_fsname, "mount", mount->mnt_dir);
	if (mounts)
		endmntent(mounts);
}

/* One line for each, which begins with the device; the first line is a heading */
static void read_swaps(struct search *search)
{
	FILE *swaps = root_fopen(search->snapshot->root, "/proc/swaps");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	while (swaps && getline(&line, &size, swaps) >= 0) {
		line[strcspn(line, " \t\n")] = '\0';
		add_source(search, line, "swap", NULL);
	}
	if (swaps)
		fclose(swaps);
}

static const char *find_interface(const struct search *search, const char *name)
{
	const struct snapshot *snapshot = search->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_host *host = &snapshot->memdevs[i].host;

		for (size_t j = 0; j < host->nr_dependents; j++) {
			if (strcmp(host->dependents[j].subsystem, "net") == 0 &&
			    strcmp(host->dependents[j].name, name) == 0)
				return host->dependents[j].name;
		}
	}
	return NULL;
}

/* The list has an interface once without an IP address (AF_PACKET), and once with each one. */
static void read_interface(struct search *search, const struct ifaddrs *address)
{
	const char *device = find_interface(search, address->ifa_name);
	int family = address->ifa_addr ? address->ifa_addr->sa_family : AF_UNSPEC;
	char text[NI_MAXHOST];

	if (!device)
		return;
	if (family != AF_INET && family != AF_INET6) {
		if (address->ifa_flags & IFF_UP)
			add_user(search, device, "up", NULL, 0);
		return;
	}
	if (getnameinfo(address->ifa_addr,
			family == AF_INET ? sizeof(struct sockaddr_in)
					  : sizeof(struct sockaddr_in6),
			text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
		add_user(search, device, "address", text, 0);
}

/* The addresses of another machine are in no file. */
static void read_interfaces(struct search *search)
{
	struct ifaddrs *addresses = NULL;

	if (search->snapshot->root.elsewhere || getifaddrs(&addresses) < 0)
		return;
	for (const struct ifaddrs *at = addresses; at; at = at->ifa_next)
		read_interface(search, at);
	freeifaddrs(addresses);
}

/* Is it a default route, and through which interface? The kernel has a format for each family. */
static bool is_default_ipv4(const char *line, char *name)
{
	int matched = 0;

	return sscanf(line, "%15s 00000000 %*s %*s %*s %*s %*s 00000000 %n", name, &matched) == 1 &&
	       matched > 0;
}

static bool is_default_ipv6(const char *line, char *name)
{
	return sscanf(line, "00000000000000000000000000000000 00 %*s %*s %*s %*s %*s %*s %*s %15s",
		      name) == 1;
}

static void read_routes(struct search *search, const char *path, const char *family,
			bool (*is_default)(const char *line, char *name))
{
	FILE *routes = root_fopen(search->snapshot->root, path);
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	while (routes && getline(&line, &size, routes) >= 0) {
		char name[IF_NAMESIZE] = "";
		const char *device = is_default(line, name) ? find_interface(search, name) : NULL;

		if (device)
			add_user(search, device, "default-route", family, 0);
	}
	if (routes)
		fclose(routes);
}

static bool has_dependent(const struct snapshot *snapshot, const char *subsystem)
{
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_host *host = &snapshot->memdevs[i].host;

		for (size_t j = 0; j < host->nr_dependents; j++) {
			if (strcmp(host->dependents[j].subsystem, subsystem) == 0)
				return true;
		}
	}
	return false;
}

void snapshot_read_users(struct snapshot *snapshot)
{
	struct search search = {.snapshot = snapshot, .self = getpid()};

	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		add_memdev(&search, &snapshot->memdevs[i]);
	each_entry(&search, "/sys/bus/dax/devices", add_dax);
	each_entry(&search, "/proc", read_process);
	if (has_dependent(snapshot, "block")) {
		read_mounts(&search);
		read_swaps(&search);
	}
	if (has_dependent(snapshot, "net")) {
		read_interfaces(&search);
		read_routes(&search, "/proc/net/route", "IPv4", is_default_ipv4);
		read_routes(&search, "/proc/net/ipv6_route", "IPv6", is_default_ipv6);
	}
	free(search.nodes);
}
