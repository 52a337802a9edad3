// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "attach/read/driver.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"

char *driver_of(struct root root, const char *bus, const char *device)
{
	_cleanup_free_ char *link = xasprintf("/sys/bus/%s/devices/%s/driver", bus, device);

	return root_link_name(root, link);
}

char *override_of(struct root root, const char *bus, const char *device)
{
	_cleanup_free_ char *path =
		xasprintf("/sys/bus/%s/devices/%s/driver_override", bus, device);
	char text[SYSFS_ATTR_MAX + 1];

	if (root_read(root, path, text, sizeof(text)) <= 0 || strcmp(text, "(null)") == 0)
		return NULL;
	return memory_check(strdup(text));
}
