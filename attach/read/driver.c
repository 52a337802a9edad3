// SPDX-License-Identifier: LGPL-2.1-only
#include <fcntl.h>

#include "attach/read/driver.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"

char *driver_of(const char *bus, const char *device)
{
	_cleanup_free_ char *link = xasprintf("/sys/bus/%s/devices/%s/driver", bus, device);

	return sysfs_link_name(AT_FDCWD, link);
}
