// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/read/kinds.h"
#include "test/damage/targets.h"
#include "util/memory.h"

#define DEVICES "sys/bus/cxl/devices"

/* The number of devices of each kind */
#define OF_EACH_KIND 2

/* What a directory is */
enum place {
	ELSEWHERE,
	HOST,	 /* of a memdev */
	DEVICE,	 /* of a CXL device, or of its attributes */
	LEFT_OUT /* one device too many of its kind */
};

/* The names that are read in CXL devices and their hosts */
static const char *const read_of_devices[] = {
	"firmware_version",
	"payload_max",
	"label_storage_size",
	"serial",
	"numa_node",
	"size",
	"uevent",
	"driver",
	"subsystem",
	"module",
	"resource",
	"mode",
	"interleave_ways",
	"locked",
	"commit",
	"region",
	"target_type",
	"target_list",
	"start",
	"uport",
	"dev",
	"driver_override",
	"iommu_group",
	NULL,
};

/* The names that are read elsewhere: in other devices, drivers and modules, and of the kernel */
static const char *const read_elsewhere[] = {
	"modalias",
	"driver_override",
	"config",
	"driver",
	"module",
	"drivers_autoprobe",
	"osrelease",
	"block_size_bytes",
	"online",
	"kallsyms",
	"devices_deferred",
	"modules.dep",
	"modules.dep.bin",
	"modules.alias.bin",
	"modules.symbols.bin",
	"modules.builtin.bin",
	NULL,
};

static bool lists(const char *const *names, const char *name)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names;
}

static bool is_chosen(const struct targets *targets, const char *name)
{
	for (size_t i = 0; i < targets->nr_devices; i++) {
		if (strcmp(targets->devices[i], name) == 0)
			return true;
	}
	return false;
}

/* The kind of the device is its name without the number. */
static size_t count_of_kind(const struct targets *targets, const char *name)
{
	size_t length = strcspn(name, "0123456789"), count = 0;

	for (size_t i = 0; i < targets->nr_devices; i++)
		count += strncmp(targets->devices[i], name, length) == 0 &&
			 strcspn(targets->devices[i], "0123456789") == length;
	return count;
}

static void choose_devices(int directory, struct targets *targets)
{
	struct dirent **entries;
	int count = scandirat(directory, DEVICES, &entries, NULL, versionsort);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (name[0] != '.' && count_of_kind(targets, name) < OF_EACH_KIND)
			*APPEND(targets->devices, targets->nr_devices) = memory_check(strdup(name));
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* The files of modules that do not concern CXL are recorded without content. */
static bool is_read_elsewhere(const char *name, const struct stat *status)
{
	size_t length = strlen(name);

	return lists(read_elsewhere, name) ||
	       (length > 3 && strcmp(name + length - 3, ".ko") == 0 && status->st_size > 0);
}

/* Return false if no code reads it */
static bool find_level(const char *directory, enum place place, const char *name,
		       const struct stat *status, enum damage_level *level)
{
	*level = DAMAGE_SOME;
	if (strcmp(directory, DEVICES) == 0)
		*level = DAMAGE_ALL;
	else if (place == DEVICE || place == HOST)
		*level = lists(read_of_devices, name) ? DAMAGE_ALL : DAMAGE_SOME;
	else if (!is_read_elsewhere(name, status))
		*level = DAMAGE_REMOVE;
	return place != LEFT_OUT && (*level != DAMAGE_REMOVE || !S_ISREG(status->st_mode));
}

static bool has_memdev(struct dirent *const *entries, int count)
{
	for (int i = 0; i < count; i++) {
		if (kind_of(entries[i]->d_name) == DEVICE_MEMDEV && entries[i]->d_type == DT_DIR)
			return true;
	}
	return false;
}

static enum place place_of(const struct targets *targets, const char *path, enum place above)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (strncmp(path, "sys/devices/", strlen("sys/devices/")) != 0)
		return ELSEWHERE;
	if (kind_of(name) != DEVICE_OTHER)
		return is_chosen(targets, name) ? DEVICE : LEFT_OUT;
	/* The attributes of a memdev in directories of their own */
	if (strcmp(name, "ram") == 0 || strcmp(name, "pmem") == 0)
		return above;
	return above == LEFT_OUT ? LEFT_OUT : ELSEWHERE;
}

static int find_below(int directory, const char *path, enum place above, struct targets *targets);

static int find_entry(int directory, const char *path, const struct dirent *entry, enum place place,
		      struct targets *targets)
{
	char *below = xasprintf("%s%s%s", path, *path ? "/" : "", entry->d_name);
	enum damage_level level;
	struct stat status;
	int rc = fstatat(directory, below, &status, AT_SYMLINK_NOFOLLOW);

	if (rc == 0 && S_ISDIR(status.st_mode))
		rc = find_below(directory, below, place, targets);
	if (rc < 0 || !find_level(path, place, entry->d_name, &status, &level) ||
	    (strcmp(path, DEVICES) == 0 && !is_chosen(targets, entry->d_name))) {
		free(below);
		return rc;
	}
	*APPEND(targets->list, targets->count) = (struct target){
		.path = below,
		.type = status.st_mode & S_IFMT,
		.level = level,
	};
	return 0;
}

static int find_below(int directory, const char *path, enum place above, struct targets *targets)
{
	enum place place = place_of(targets, path, above);
	struct dirent **entries;
	int count = scandirat(directory, *path ? path : ".", &entries, NULL, alphasort), rc = 0;

	if (count < 0)
		return -1;
	if (place == ELSEWHERE && has_memdev(entries, count))
		place = HOST;
	for (int i = 0; i < count; i++) {
		if (rc == 0 && strcmp(entries[i]->d_name, ".") != 0 &&
		    strcmp(entries[i]->d_name, "..") != 0)
			rc = find_entry(directory, path, entries[i], place, targets);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int targets_find(int directory, struct targets *targets)
{
	choose_devices(directory, targets);
	return find_below(directory, "", ELSEWHERE, targets);
}

void targets_release(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		free(targets->list[i].path);
	for (size_t i = 0; i < targets->nr_devices; i++)
		free(targets->devices[i]);
	free(targets->list);
	free(targets->devices);
}
