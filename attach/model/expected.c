// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>

#include "attach/model/expected.h"
#include "attach/model/snapshot.h"
#include "util/memory.h"

void expected_host_of(const struct snapshot_memdev *memdev, struct expected_host *host)
{
	struct expected_region *regions = NULL;

	*host = (struct expected_host){
		.host = memdev->host.name,
		.bus = memdev->host.subsystem,
		.driver = memdev->host.driver,
		.module = memdev->host.module,
		.memdev = memdev->name,
		.as_before = true,
	};
	for (size_t i = 0; i < memdev->nr_regions; i++)
		*APPEND(regions, host->nr_regions) = (struct expected_region){
			.name = memdev->regions[i]->name,
			.resource = memdev->regions[i]->resource,
			.size = memdev->regions[i]->size,
			.locked = memdev->regions[i]->locked,
		};
	host->regions = regions;
}

void expected_hosts_release(struct expected_host *hosts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free((struct expected_region *)hosts[i].regions);
		free(hosts[i].driver_now);
	}
	free(hosts);
}
