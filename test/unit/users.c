// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/model/snapshot.h"
#include "attach/read/users.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/root.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/*
 * A machine in a directory: the disk sda and the interface eth0 are dependents of mem0's host; dm-0
 * is made of sda, and dm-1 of dm-0; region0 has memory64 to memory67, region1 has memory80.
 */
static char top[] = "/tmp/test-users-XXXXXX";

static const struct {
	const char *path, *text; /* a text that begins with "-> " is the target of a link */
} files[] = {
	{"sys/devices/system/memory/block_size_bytes", "10000000\n"},
	{"sys/devices/system/memory/memory64/online", "1\n"},
	{"sys/devices/system/memory/memory64/removable", "1\n"},
	{"sys/devices/system/memory/memory65/online", "1\n"},
	{"sys/devices/system/memory/memory65/removable", "1\n"},
	{"sys/devices/system/memory/memory66/online", "0\n"},
	{"sys/devices/system/memory/memory64/removable", "1\n"},
	{"sys/devices/system/memory/memory65/removable", "1\n"},
	{"sys/devices/system/memory/memory64/node1", "-> ../../node/node1"},
	{"sys/devices/system/memory/memory65/node1", "-> ../../node/node1"},
	{"sys/devices/system/memory/memory67/online", "1\n"},
	{"sys/devices/system/memory/memory67/removable", "0\n"},
	{"sys/devices/system/memory/memory68/online", "1\n"},
	{"sys/devices/system/memory/memory80/online", "1\n"},
	{"sys/devices/region0/dax_region0/dax0.0/dev", "251:0\n"},
	{"sys/devices/region0/dax_region0/dax0.0/resource", "0x420000000\n"},
	{"sys/devices/region0/dax_region0/dax0.0/size", "268435456\n"},
	{"sys/devices/region1/dax_region1/dax1.0/resource", "0x500000000\n"},
	{"sys/devices/region1/dax_region1/dax1.0/size", "268435456\n"},
	{"sys/bus/dax/devices/dax0.0", "-> ../../../devices/region0/dax_region0/dax0.0"},
	{"sys/bus/dax/devices/dax1.0", "-> ../../../devices/region1/dax_region1/dax1.0"},
	{"sys/class/block/sda/holders/dm-0/dev", "253:0\n"},
	{"sys/class/block/dm-0/dev", "253:0\n"},
	{"sys/class/block/dm-0/holders/dm-1/dev", "253:1\n"},
	{"sys/class/block/dm-1/dev", "253:1\n"},
	{"proc/self/ns/mnt", "-> mnt:[1]"},
	{"proc/self/mounts", "/dev/mapper/top /srv ext4 rw 0 0\n/dev/other /other ext4 rw 0 0\n"},
	{"proc/6/ns/mnt", "-> mnt:[1]"},
	{"proc/6/mounts", "/dev/mapper/top /srv ext4 rw 0 0\n"},
	{"proc/7/ns/mnt", "-> mnt:[2]"},
	{"proc/7/mounts", "/dev/disk /data ext4 rw 0 0\n"},
	{"proc/7/exe", "-> /usr/bin/db"},
	{"proc/7/comm", "db\n"},
	{"proc/7/maps", "7f00-7f01 rw-s 00000000 00:06 9    /dev/dax0.0 (deleted)\n"
			"7f01-7f02 rw-s 00001000 00:06 9    /dev/dax0.0 (deleted)\n"
			"8f00-8f01 r-xp 00000000 08:01 9    /usr/bin/db\n"},
	{"dev/mapper/top", "-> ../dm-1"},
	{"proc/swaps", "Filename Type Size Used Priority\n/dev/dm-0 partition 8 0 -2\n"},
};

static const struct {
	const char *path;
	mode_t kind;
	unsigned int major, minor;
} nodes[] = {
	{"dev/dm-0", S_IFBLK, 253, 0},
	{"dev/dm-1", S_IFBLK, 253, 1},
	{"dev/other", S_IFBLK, 8, 16},
	{"proc/7/root/dev/disk", S_IFBLK, 8, 0},
	{"proc/7/map_files/7f00-7f01", S_IFCHR, 251, 0},
	{"proc/7/map_files/7f01-7f02", S_IFCHR, 251, 0},
};

static const char *const expected[] = {
	"system-ram region0 memory64 to memory65 at 0x400000000, node 1, removable",
	"system-ram region0 memory67 at 0x430000000, not removable",
	"system-ram region1 dax1.0: memory80 at 0x500000000",
	"holder sda dm-0",
	"holder sda dm-1",
	"mount sda /srv",
	"mount sda /data (process 7)",
	"swap sda",
	"mapped region0 db (process 7)",
};

/* Also make the directories above it */
static void make_parents(const char *path)
{
	char parent[256];

	for (const char *end = strchr(path, '/'); end; end = strchr(end + 1, '/')) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(end - path), path);
		assert_true(mkdir(parent, 0700) == 0 || errno == EEXIST);
	}
}

static void make_file(const char *path, const char *text)
{
	FILE *file;

	make_parents(path);
	if (strncmp(text, "-> ", 3) == 0) {
		assert_int_equal(symlink(text + 3, path), 0);
		return;
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int make_machine(void **state)
{
	(void)state;
	if (!mkdtemp(top) || chdir(top) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(files); i++)
		make_file(files[i].path, files[i].text);
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

static int remove_machine(void **state)
{
	(void)state;
	return chdir("/") < 0 ? -1 : nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool has_user(const struct snapshot *snapshot, const char *text)
{
	for (size_t i = 0; i < snapshot->nr_users; i++) {
		_cleanup_free_ char *user = snapshot_user_text(&snapshot->users[i]);

		if (strcmp(user, text) == 0)
			return true;
	}
	return false;
}

static void finds_who_uses_what(void **state)
{
	struct snapshot_dependent dependents[] = {
		{.name = "sda", .subsystem = "block", .dev = "8:0"},
	};
	struct snapshot_memdev memdev = {
		.name = "mem0",
		.host = {.name = "0000:11:00.0", .dependents = dependents, .nr_dependents = 1},
	};
	struct snapshot_region regions[] = {
		{.name = "region0", .resource = 0x400000000, .size = 0x40000000},
		{.name = "region1", .resource = 0x500000000, .size = 0x10000000},
		/* The last address is not one of this machine. */
		{.name = "region2", .resource = 0xffffffff00000000, .size = 0x200000000},
	};
	struct snapshot *snapshot = memory_check(calloc(1, sizeof(*snapshot)));

	(void)state;
	for (size_t i = 0; i < COUNT(nodes); i++) {
		make_parents(nodes[i].path);
		if (mknod(nodes[i].path, nodes[i].kind | 0600,
			  makedev(nodes[i].major, nodes[i].minor)) < 0) {
			print_message("# SKIP cannot make %s: %s\n", nodes[i].path,
				      strerror(errno));
			skip();
		}
	}
	snapshot_begin(snapshot);
	assert_int_equal(root_open(&snapshot->root, top), 0);
	snapshot->memdevs = &memdev;
	snapshot->nr_memdevs = 1;
	snapshot->regions = regions;
	snapshot->nr_regions = COUNT(regions);
	snapshot_read_users(snapshot);
	for (size_t i = 0; i < COUNT(expected); i++) {
		if (!has_user(snapshot, expected[i]))
			fail_msg("not found: %s", expected[i]);
	}
	assert_int_equal(snapshot->nr_users, COUNT(expected));
	root_close(&snapshot->root);
	snapshot->memdevs = NULL;
	snapshot->regions = NULL;
	snapshot->nr_memdevs = snapshot->nr_regions = 0;
	snapshot_release(snapshot);
	free(snapshot);
}

/* Count the users of mem1, whose file process 9 has open; refcnt of cxl_core is @references */
static size_t users_of_mem1(const char *references, struct snapshot_dependent *dependents,
			    size_t nr_dependents)
{
	static struct snapshot_memdev memdev = {.name = "mem1"};
	struct snapshot *snapshot = memory_check(calloc(1, sizeof(*snapshot)));
	size_t count;

	if (references)
		make_file("sys/module/cxl_core/refcnt", references);
	memdev.host.dependents = dependents;
	memdev.host.nr_dependents = nr_dependents;
	snapshot_begin(snapshot);
	assert_int_equal(root_open(&snapshot->root, top), 0);
	snapshot->memdevs = &memdev;
	snapshot->nr_memdevs = 1;
	snapshot_read_users(snapshot);
	count = snapshot->nr_users;
	if (count > 0)
		assert_true(has_user(snapshot, "open mem1 monitor (process 9)"));
	root_close(&snapshot->root);
	snapshot->memdevs = NULL;
	snapshot->nr_memdevs = 0;
	snapshot_release(snapshot);
	free(snapshot);
	return count;
}

static void looks_at_files_where_one_can_be_open(void **state)
{
	struct snapshot_dependent group = {.name = "vfio0", .subsystem = "vfio-dev", .dev = "1:5"};

	(void)state;
	make_file("sys/bus/cxl/devices/mem1/dev", "1:3\n");
	make_file("proc/9/exe", "-> /usr/bin/monitor");
	make_file("proc/9/comm", "monitor\n");
	make_file("proc/9/fd/3", "-> /dev/null");
	/* Built in, or a kernel that cannot unload modules */
	assert_int_equal(users_of_mem1(NULL, NULL, 0), 1);
	make_file("sys/module/cxl_core/holders/cxl_acpi", "");
	make_file("sys/module/cxl_core/holders/cxl_mem", "");
	assert_int_equal(users_of_mem1("3\n", NULL, 0), 1);
	assert_int_equal(users_of_mem1("-1\n", NULL, 0), 1);
	assert_int_equal(users_of_mem1("\n", NULL, 0), 1);
	assert_int_equal(users_of_mem1("1\n", NULL, 0), 1);
	assert_int_equal(users_of_mem1("2\n", NULL, 0), 0);
	/* A node that cxl_core does not count */
	assert_int_equal(users_of_mem1("2\n", &group, 1), 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_who_uses_what),
		cmocka_unit_test(looks_at_files_where_one_can_be_open),
	};

	return cmocka_run_group_tests_name("users", tests, make_machine, remove_machine);
}
