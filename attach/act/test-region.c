// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "attach/act/test-region.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/text.h"

#define CXL "/sys/bus/cxl/devices/"

/* Find the first entry that is @prefix and a number; unless @uport is NULL, with that uport */
static char *find_entry(const char *directory, const char *prefix, const char *uport)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	char *found = NULL;

	while (dir && !found && (entry = readdir(dir))) {
		const char *name = entry->d_name;
		_cleanup_free_ char *link = NULL, *target = NULL;

		if (strncmp(name, prefix, strlen(prefix)) != 0 ||
		    !text_digits(name + strlen(prefix)))
			continue;
		if (uport) {
			link = xasprintf("%s%s/uport", directory, name);
			target = sysfs_link_name(AT_FDCWD, link);
		}
		if (!uport || streq(target, uport))
			found = memory_check(strdup(name));
	}
	if (dir)
		closedir(dir);
	return found;
}

/* The names are looked up for each step, because a detach can change them. */
struct expander {
	char *memdev, *decoder; /* mem1, and the first decoder of its endpoint: decoder3.0 */
};

static void release(struct expander *expander)
{
	free(expander->memdev);
	free(expander->decoder);
}

static int find_expander(const char *bus, const char *host, struct expander *expander)
{
	_cleanup_free_ char *directory = xasprintf("/sys/bus/%s/devices/%s/", bus, host);
	_cleanup_free_ char *endpoint = NULL;

	*expander = (struct expander){.memdev = find_entry(directory, "mem", NULL)};
	if (!expander->memdev)
		return -ENODEV;
	endpoint = find_entry(CXL, "endpoint", expander->memdev);
	if (!endpoint)
		return -ENODEV;
	expander->decoder = xasprintf("decoder%s.0", endpoint + strlen("endpoint"));
	return 0;
}

static int put(const char *device, const char *attribute, const char *text)
{
	_cleanup_free_ char *path = xasprintf(CXL "%s/%s", device, attribute);

	return sysfs_write(path, text);
}

/* Return the length of the text; 0 or less if there is none */
static int get(const char *device, const char *attribute, char *text, size_t size)
{
	_cleanup_free_ char *path = xasprintf(CXL "%s/%s", device, attribute);

	return sysfs_read(AT_FDCWD, path, text, size);
}

/* Set the region up, until a write is refused */
static int set_up(const struct expander *expander, const char *region)
{
	char size[32];
	const struct {
		const char *device, *attribute, *text;
	} writes[] = {
		{region, "interleave_granularity", "256"},
		{region, "interleave_ways", "1"},
		{region, "size", size},
		{expander->decoder, "mode", "ram"},
		{expander->decoder, "dpa_size", size},
		{region, "target0", expander->decoder},
		{region, "commit", "1"},
	};
	int rc = get(expander->memdev, "ram/size", size, sizeof(size)) > 0 ? 0 : -ENODEV;

	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes) && rc == 0; i++)
		rc = put(writes[i].device, writes[i].attribute, writes[i].text);
	return rc ?: sysfs_write("/sys/bus/cxl/drivers/cxl_region/bind", region);
}

/* Also destroy a region without a driver, and one that is not committed */
static int tear_down(const struct expander *expander, const char *region, const char *root_decoder)
{
	int rc;

	sysfs_write("/sys/bus/cxl/drivers/cxl_region/unbind", region);
	put(region, "commit", "0");
	rc = put(root_decoder, "delete_region", region);
	return rc ?: put(expander->decoder, "dpa_size", "0");
}

int test_region_create(const char *bus, const char *host, const char *root_decoder)
{
	struct expander expander;
	int rc = find_expander(bus, host, &expander);
	char region[64];

	if (rc == 0 && get(expander.decoder, "region", region, sizeof(region)) <= 0) {
		if (get(root_decoder, "create_ram_region", region, sizeof(region)) <= 0)
			rc = -ENODEV;
		else
			rc = put(root_decoder, "create_ram_region", region);
		if (rc == 0) {
			rc = set_up(&expander, region);
			if (rc < 0)
				tear_down(&expander, region, root_decoder);
		}
	}
	release(&expander);
	return rc;
}

int test_region_destroy(const char *bus, const char *host, const char *root_decoder)
{
	struct expander expander;
	int rc = find_expander(bus, host, &expander);
	char region[64];

	if (rc == 0 && get(expander.decoder, "region", region, sizeof(region)) > 0)
		rc = tear_down(&expander, region, root_decoder);
	release(&expander);
	return rc;
}
