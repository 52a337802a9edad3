// SPDX-License-Identifier: GPL-2.0-only
/*
 * vanish MACHINE...
 *
 * Each MACHINE is a directory with the sys, proc, dev and lib of a machine. The program reads it
 * while a device is removed, as the kernel removes one: before the first read of the device, before
 * the second, and so on to the last. It does this for each CXL device and each host without a
 * memdev. For each machine, it prints a line that begins with 0 if there is no failure, otherwise
 * with 1. Before that line it prints a line "# ..." for each wrong answer:
 *
 * - the device is in the snapshot, but changed (a region may be there with only its name)
 * - a memdev is called attached that is not
 *
 * The functions of util/sysfs.h that attach/read calls are wrapped (the linker's --wrap).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "attach/reason/evidence.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/root.h"
#include "util/sysfs-files.h"
#include "util/sysfs.h"
#include "util/text.h"

/* The device to remove */
static struct {
	const char *name, *bus;
	char *link; /* the path of its link on its bus */
	int directory;
	struct stat status;  /* the status of its directory */
	size_t looks, until; /* how often it was read, and how many reads precede its removal */
	bool removed;
} victim;

static int aside = -1; /* the directory that gets what is removed */

static void fail(const char *what)
{
	fprintf(stderr, "%s: %m\n", what);
	exit(2);
}

static void move_all(int from, int to)
{
	_cleanup_close_ int again = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = again < 0 ? NULL : fdopendir(again);
	const struct dirent *entry;

	if (!directory)
		fail(victim.name);
	again = -1;
	while ((entry = readdir(directory))) {
		if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
			continue;
		if (renameat(from, entry->d_name, to, entry->d_name) < 0)
			fail(entry->d_name);
	}
	closedir(directory);
}

/* The path to the directory stays, as for a process that already has it open. */
static void remove_victim(void)
{
	move_all(victim.directory, aside);
	if (renameat(AT_FDCWD, victim.link, aside, "link to it") < 0)
		fail(victim.link);
	victim.removed = true;
}

static void put_back(void)
{
	if (!victim.removed)
		return;
	if (renameat(aside, "link to it", AT_FDCWD, victim.link) < 0)
		fail(victim.link);
	move_all(aside, victim.directory);
	victim.removed = false;
}

/* Test whether @path, relative to @dirfd, leads to the device or into it */
static bool is_look(int dirfd, const char *path)
{
	size_t length = strlen(victim.name);
	struct stat status;

	if (strncmp(path, victim.name, length) == 0 &&
	    (path[length] == '\0' || path[length] == '/'))
		return true;
	return fstat(dirfd, &status) == 0 && status.st_ino == victim.status.st_ino &&
	       status.st_dev == victim.status.st_dev;
}

static void look(int dirfd, const char *path)
{
	if (victim.name && !victim.removed && is_look(dirfd, path) &&
	    victim.looks++ == victim.until)
		remove_victim();
}

bool __real_sysfs_exists(int dirfd, const char *path);
bool __wrap_sysfs_exists(int dirfd, const char *path);
bool __wrap_sysfs_exists(int dirfd, const char *path)
{
	look(dirfd, path);
	return __real_sysfs_exists(dirfd, path);
}

bool __real_sysfs_is_absent(int dirfd, const char *path);
bool __wrap_sysfs_is_absent(int dirfd, const char *path);
bool __wrap_sysfs_is_absent(int dirfd, const char *path)
{
	look(dirfd, path);
	return __real_sysfs_is_absent(dirfd, path);
}

char *__real_sysfs_link_name(int dirfd, const char *path);
char *__wrap_sysfs_link_name(int dirfd, const char *path);
char *__wrap_sysfs_link_name(int dirfd, const char *path)
{
	look(dirfd, path);
	return __real_sysfs_link_name(dirfd, path);
}

int __real_sysfs_link(int dirfd, const char *path, char *buf, size_t size);
int __wrap_sysfs_link(int dirfd, const char *path, char *buf, size_t size);
int __wrap_sysfs_link(int dirfd, const char *path, char *buf, size_t size)
{
	look(dirfd, path);
	return __real_sysfs_link(dirfd, path, buf, size);
}

int __real_sysfs_open_directory(int dirfd, const char *path);
int __wrap_sysfs_open_directory(int dirfd, const char *path);
int __wrap_sysfs_open_directory(int dirfd, const char *path)
{
	look(dirfd, path);
	return __real_sysfs_open_directory(dirfd, path);
}

int __real_sysfs_read(int dirfd, const char *path, char *buf, size_t size);
int __wrap_sysfs_read(int dirfd, const char *path, char *buf, size_t size);
int __wrap_sysfs_read(int dirfd, const char *path, char *buf, size_t size)
{
	look(dirfd, path);
	return __real_sysfs_read(dirfd, path, buf, size);
}

int __real_sysfs_files_read(struct sysfs_files *files, uint64_t device, const char *attribute,
			    int dirfd, const char *path, char *buf, size_t size);
int __wrap_sysfs_files_read(struct sysfs_files *files, uint64_t device, const char *attribute,
			    int dirfd, const char *path, char *buf, size_t size);
int __wrap_sysfs_files_read(struct sysfs_files *files, uint64_t device, const char *attribute,
			    int dirfd, const char *path, char *buf, size_t size)
{
	look(dirfd, path);
	return __real_sysfs_files_read(files, device, attribute, dirfd, path, buf, size);
}

static bool same_memdev(const struct snapshot *one, const struct snapshot *other)
{
	const struct snapshot_memdev *a = snapshot_find_memdev(one, victim.name),
				     *b = snapshot_find_memdev(other, victim.name);

	return !a || !b ||
	       (a->serial == b->serial && a->numa_node == b->numa_node &&
		a->ram_size == b->ram_size && a->pmem_size == b->pmem_size &&
		a->enabled == b->enabled && a->class_attributes == b->class_attributes &&
		streq(a->host.name, b->host.name) && streq(a->host.subsystem, b->host.subsystem) &&
		streq(a->host.driver, b->host.driver) && streq(a->host.module, b->host.module));
}

/* Test for a region that stays with only its name */
static bool is_forgotten(const struct snapshot_region *region)
{
	return region->resource == SNAPSHOT_NO_NUMBER && region->size == SNAPSHOT_NO_NUMBER &&
	       region->interleave_ways == SNAPSHOT_NO_NUMBER && region->locked == FLAG_UNKNOWN &&
	       region->committed == FLAG_UNKNOWN && !region->driver && !region->mode;
}

static bool same_region(const struct snapshot *one, const struct snapshot *other)
{
	const struct snapshot_region *a = snapshot_find_region(one, victim.name),
				     *b = snapshot_find_region(other, victim.name);

	return !a || !b || is_forgotten(b) ||
	       (a->resource == b->resource && a->size == b->size && a->locked == b->locked &&
		a->committed == b->committed && a->interleave_ways == b->interleave_ways &&
		streq(a->driver, b->driver) && streq(a->mode, b->mode));
}

static bool same_decoder(const struct snapshot *one, const struct snapshot *other)
{
	const struct snapshot_decoder *a = snapshot_find_decoder(one, victim.name),
				      *b = snapshot_find_decoder(other, victim.name);

	return !a || !b ||
	       (a->start == b->start && a->size == b->size && a->locked == b->locked &&
		a->delete_region == b->delete_region && streq(a->region_name, b->region_name) &&
		streq(a->target_type, b->target_type) && streq(a->target_list, b->target_list));
}

static bool same_port(const struct snapshot *one, const struct snapshot *other)
{
	const struct snapshot_port *a = snapshot_find_port(one, victim.name),
				   *b = snapshot_find_port(other, victim.name);

	return !a || !b ||
	       (a->enabled == b->enabled && streq(a->uport, b->uport) &&
		streq(a->host_driver, b->host_driver));
}

static const struct snapshot_unattached_host *find_host(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		if (streq(snapshot->unattached_hosts[i].host.name, victim.name))
			return &snapshot->unattached_hosts[i];
	}
	return NULL;
}

static bool same_host(const struct snapshot *one, const struct snapshot *other)
{
	const struct snapshot_unattached_host *a = find_host(one), *b = find_host(other);

	return !a || !b ||
	       (a->capable == b->capable && streq(a->host.driver, b->host.driver) &&
		streq(a->provider, b->provider) && streq(a->matched, b->matched));
}

struct subject {
	const char *path, *name;
	struct root root;
	struct snapshot whole;
	struct attach_answers answers; /* about the snapshot */
	size_t nr_reads, nr_failed;
};

static bool is_attached(const struct attach_answers *answers, const char *name)
{
	const struct snapshot_memdev *memdev = snapshot_find_memdev(answers->snapshot, name);

	return memdev && attach_of_memdev(answers, memdev)->state == ATTACH_ATTACHED;
}

static void say(struct subject *subject, const char *name, const char *what)
{
	printf("# %s: %s removed before look %zu: %s %s\n", subject->name, victim.name,
	       victim.until + 1, name, what);
	subject->nr_failed++;
}

static void check(struct subject *subject, const struct snapshot *now)
{
	struct attach_answers answers;

	if (!same_memdev(&subject->whole, now) || !same_region(&subject->whole, now) ||
	    !same_decoder(&subject->whole, now) || !same_port(&subject->whole, now) ||
	    !same_host(&subject->whole, now))
		say(subject, victim.name, "is not as it was");
	attach_infer(now, &answers);
	for (size_t i = 0; i < now->nr_memdevs; i++) {
		const char *name = now->memdevs[i].name;

		if (is_attached(&answers, name) && !is_attached(&subject->answers, name))
			say(subject, name, "is called attached");
	}
	attach_answers_release(&answers);
}

static void remove_at_each_look(struct subject *subject, const char *bus, const char *name)
{
	victim.name = name;
	victim.link = xasprintf("%s/sys/bus/%s/devices/%s", subject->path, bus, name);
	victim.directory = open(victim.link, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (victim.directory < 0 || fstat(victim.directory, &victim.status) < 0)
		fail(victim.link);
	for (victim.until = 0; victim.until == 0 || victim.looks == victim.until; victim.until++) {
		struct snapshot now;

		victim.looks = 0;
		if (snapshot_take(subject->root, &now) < 0)
			fail(subject->path);
		put_back();
		check(subject, &now);
		snapshot_release(&now);
		subject->nr_reads++;
	}
	close(victim.directory);
	free(victim.link);
	victim.name = NULL;
}

static void remove_each(struct subject *subject)
{
	const struct snapshot *whole = &subject->whole;

	for (size_t i = 0; i < whole->nr_memdevs; i++)
		remove_at_each_look(subject, "cxl", whole->memdevs[i].name);
	for (size_t i = 0; i < whole->nr_regions; i++)
		remove_at_each_look(subject, "cxl", whole->regions[i].name);
	for (size_t i = 0; i < whole->nr_ports; i++)
		remove_at_each_look(subject, "cxl", whole->ports[i].name);
	/* There are many decoders. Only those with a region are read completely. */
	for (size_t i = 0; i < whole->nr_decoders; i++) {
		if (i % 8 == 0 || whole->decoders[i].region_name)
			remove_at_each_look(subject, "cxl", whole->decoders[i].name);
	}
	for (size_t i = 0; i < whole->nr_unattached_hosts; i++)
		remove_at_each_look(subject, whole->unattached_hosts[i].host.subsystem,
				    whole->unattached_hosts[i].host.name);
}

static size_t check_machine(const char *path)
{
	_cleanup_free_ char *beside = xasprintf("%s.aside", path);
	struct subject subject = {.path = path, .name = strrchr(path, '/') + 1};

	if (mkdir(beside, 0700) < 0)
		fail(beside);
	aside = open(beside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (aside < 0 || root_open(&subject.root, path) < 0 ||
	    snapshot_take(subject.root, &subject.whole) < 0)
		fail(path);
	attach_infer(&subject.whole, &subject.answers);
	remove_each(&subject);
	printf("%d %s: read %zu times\n", subject.nr_failed > 0, subject.name, subject.nr_reads);
	fflush(stdout);
	attach_answers_release(&subject.answers);
	snapshot_release(&subject.whole);
	root_close(&subject.root);
	close(aside);
	rmdir(beside);
	return subject.nr_failed;
}

int main(int argc, char **argv)
{
	size_t nr_failed = 0;

	for (int i = 1; i < argc; i++)
		nr_failed += check_machine(argv[i]);
	return nr_failed > 0;
}
