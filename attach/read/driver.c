// SPDX-License-Identifier: LGPL-2.1-only
#include "attach/read/driver.h"
#include "util/cleanup.h"
#include "util/memory.h"

char *driver_of(struct root root, const char *bus, const char *device)
{
	_cleanup_free_ char *link = xasprintf("/sys/bus/%s/devices/%s/driver", bus, device);

	return root_link_name(root, link);
}
