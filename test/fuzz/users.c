// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of /proc that the search for users reads, and the numbers of files and memory blocks in
 * sysfs: each file is a part (fuzz_part()). The machine around them has the disk sda, the interface
 * eth0 and the dax device dax0.0. It is a fault if one of these does not hold:
 *
 * - each user has a known kind, and uses a device of this machine
 * - the file from which it was read names the disk, the interface or the mapping
 * - a line about something else changes nothing
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "attach/model/snapshot.h"
#include "attach/read/users.h"
#include "test/fuzz/target.h"
#include "test/fuzz/unpack.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/root.h"

static const char machine[] = "D /proc/self/ns\nL mnt -> mnt:[1]\n"
			      "D /proc/7/ns\nL mnt -> mnt:[1]\n"
			      "D /proc/7/map_files\nD /proc/7/fd\nD /proc/net\n"
			      "D /proc/7\nL exe -> ../db\n"
			      "D /sys/devices/system/memory/memory64\nF 0644 removable\n\t1\n"
			      "D /sys/class/block/sda/holders\nL dm-0 -> ../../dm-0\n"
			      "D /sys/class/block/dm-0\n"
			      "D /sys/devices/region0/dax_region0/dax0.0\n"
			      "D /sys/bus/dax/devices\n"
			      "L dax0.0 -> ../../../devices/region0/dax_region0/dax0.0\n"
			      "D /dev\n";

/* Each with a line about something else; NULL: another line would change the meaning */
static const struct {
	const char *name, *path, *other;
} files[] = {
	{"maps", "proc/7/maps", "1-2 r-xp 00000000 08:01 9 /usr/bin/db\n"},
	{"comm", "proc/7/comm", NULL},
	{"mounts", "proc/self/mounts", "none /none tmpfs rw 0 0\n"},
	{"swaps", "proc/swaps", "/dev/none partition 8 0 -2\n"},
	{"route", "proc/net/route", "lo 0000007F 00000000 1 0 0 0 000000FF 0 0 0\n"},
	{"ipv6_route", "proc/net/ipv6_route", "fe80 40 0 00 0 00000100 1 0 1 lo\n"},
	{"block_size_bytes", "sys/devices/system/memory/block_size_bytes", NULL},
	{"online", "sys/devices/system/memory/memory64/online", NULL},
	{"dev", "sys/class/block/dm-0/dev", NULL},
	{"resource", "sys/devices/region0/dax_region0/dax0.0/resource", NULL},
	{"size", "sys/devices/region0/dax_region0/dax0.0/size", NULL},
};
#define NR_FILES (sizeof(files) / sizeof(*files))

/* The text that must be in the file that shows a user of that kind */
static const struct {
	const char *kind, *device, *file, *word;
} kinds[] = {
	{"mapped", "region0", "maps", "7f00-7f01"},
	{"mount", "sda", "mounts", "/dev/"},
	{"swap", "sda", "swaps", "/dev/"},
	{"default-route", "eth0", NULL, NULL},
	{"holder", "sda", NULL, NULL},
	{"system-ram", "region0", "online", "1"},
};
#define NR_KINDS (sizeof(kinds) / sizeof(*kinds))

static struct root root;

/* Without root no nodes can be made, and no mount, swap or mapping is found. */
static void make_node(const char *path, mode_t kind, unsigned int major)
{
	if (mknodat(fuzz_directory_fd, path, kind | 0600, makedev(major, 0)) < 0)
		return;
}

static void prepare(void)
{
	unpack(fuzz_directory_fd, machine, strlen(machine));
	make_node("dev/sda", S_IFBLK, 8);
	make_node("dev/dm-0", S_IFBLK, 253);
	make_node("proc/7/map_files/7f00-7f01", S_IFCHR, 251);
	fuzz_put("sys/devices/region0/dax_region0/dax0.0/dev", "251:0\n", strlen("251:0\n"));
	if (root_open(&root, fuzz_directory) < 0)
		fuzz_die(fuzz_directory);
}

/* @other: put a line about something else before each file's own text */
static void put_files(const char *text, size_t size, bool other)
{
	for (size_t i = 0; i < NR_FILES; i++) {
		const char *line = other && files[i].other ? files[i].other : "";
		size_t length = 0;
		const char *part = fuzz_part(text, size, files[i].name, &length) ?: "";
		_cleanup_free_ char *all = memory_check(malloc(strlen(line) + length + 1));

		memcpy(mempcpy(all, line, strlen(line)), part, length);
		fuzz_put(files[i].path, all, strlen(line) + length);
	}
}

static struct snapshot_dependent dependents[] = {
	{.name = "sda", .subsystem = "block", .dev = "8:0"},
	{.name = "eth0", .subsystem = "net"},
};
static struct snapshot_memdev memdev = {
	.name = "mem0",
	.host = {.name = "0000:11:00.0", .dependents = dependents, .nr_dependents = 2},
};
static struct snapshot_region region = {
	.name = "region0", .resource = 0x400000000, .size = 0x40000000};

/* Released with release(): the devices do not belong to the snapshot. */
static struct snapshot *read_users(void)
{
	struct snapshot *snapshot = memory_check(calloc(1, sizeof(*snapshot)));

	snapshot_begin(snapshot);
	snapshot->root = root;
	snapshot->memdevs = &memdev;
	snapshot->regions = &region;
	snapshot->nr_memdevs = snapshot->nr_regions = 1;
	snapshot_read_users(snapshot);
	return snapshot;
}

static void release(struct snapshot *snapshot)
{
	snapshot->memdevs = NULL;
	snapshot->regions = NULL;
	snapshot->nr_memdevs = snapshot->nr_regions = 0;
	snapshot_release(snapshot);
	free(snapshot);
}

static void check_user(const struct snapshot_user *user, const char *text, size_t size)
{
	for (size_t i = 0; i < NR_KINDS; i++) {
		size_t length = 0;
		const char *part =
			kinds[i].file ? fuzz_part(text, size, kinds[i].file, &length) : NULL;

		if (strcmp(kinds[i].kind, user->kind) != 0)
			continue;
		if (strcmp(kinds[i].device, user->device) != 0)
			fuzz_fault("not a device that can have this use", user->device);
		if (kinds[i].file && !(part && fuzz_has(part, length, kinds[i].word)))
			fuzz_fault("in no file", user->kind);
		return;
	}
	fuzz_fault("unknown kind", user->kind);
}

static void run(const char *text, size_t size)
{
	struct snapshot *snapshot, *same;

	put_files(text, size, false);
	snapshot = read_users();
	for (size_t i = 0; i < snapshot->nr_users; i++)
		check_user(&snapshot->users[i], text, size);
	put_files(text, size, true);
	same = read_users();
	if (same->nr_users != snapshot->nr_users)
		fuzz_fault("users", "changed by a line about something else");
	for (size_t i = 0; i < same->nr_users; i++) {
		_cleanup_free_ char *one = snapshot_user_text(&snapshot->users[i]);
		_cleanup_free_ char *other = snapshot_user_text(&same->users[i]);

		if (strcmp(one, other) != 0)
			fuzz_fault("changed by a line about something else", one);
	}
	release(same);
	release(snapshot);
}

const struct fuzz_target users_target = {"users", prepare, run};
