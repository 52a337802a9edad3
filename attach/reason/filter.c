// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/reason/filter.h"

bool filter_is_set(const struct filter *filter)
{
	return filter->buses || filter->memdevs || filter->regions || filter->hosts ||
	       filter->providers;
}

static bool is_word(const char *word, size_t length, const char *name)
{
	return name && strlen(name) == length && memcmp(word, name, length) == 0;
}

bool filter_lists(const char *list, const char *prefix, const char *name)
{
	static const char separators[] = ", ";
	size_t skip = name && strncmp(name, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
	const char *word = list;

	if (!list)
		return true;
	while (*(word += strspn(word, separators))) {
		size_t length = strcspn(word, separators);

		if (is_word(word, length, "all") || is_word(word, length, name) ||
		    (skip && is_word(word, length, name + skip)))
			return true;
		word += length;
	}
	return false;
}

bool filter_passes_bus(const struct filter *filter, const struct snapshot_port *port)
{
	const struct snapshot_port *bus = snapshot_bus(port);

	if (!filter->buses)
		return true;
	return bus && (filter_lists(filter->buses, "root", bus->name) ||
		       filter_lists(filter->buses, "", snapshot_bus_provider(bus)));
}

bool filter_passes_host(const struct filter *filter, const struct snapshot_host *host,
			const char *provider)
{
	return filter_lists(filter->hosts, "", host->name) &&
	       filter_lists(filter->providers, "", provider);
}

static bool passes_any_region(const struct filter *filter, const struct snapshot_memdev *memdev)
{
	for (size_t i = 0; i < memdev->nr_regions; i++) {
		if (filter_lists(filter->regions, "region", memdev->regions[i]->name))
			return true;
	}
	return !filter->regions;
}

bool filter_passes_memdev(const struct filter *filter, const struct snapshot_memdev *memdev)
{
	return filter_lists(filter->memdevs, "mem", memdev->name) &&
	       filter_passes_bus(filter, memdev->endpoint) &&
	       filter_passes_host(filter, &memdev->host, memdev->host.driver) &&
	       passes_any_region(filter, memdev);
}

static bool passes_any_memdev(const struct filter *filter, const struct snapshot_region *region)
{
	for (size_t i = 0; i < region->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = region->memdevs[i];

		if (filter_lists(filter->memdevs, "mem", memdev->name) &&
		    filter_passes_host(filter, &memdev->host, memdev->host.driver))
			return true;
	}
	return !filter->memdevs && !filter->hosts && !filter->providers;
}

bool filter_passes_region(const struct filter *filter, const struct snapshot_region *region)
{
	return filter_lists(filter->regions, "region", region->name) &&
	       filter_passes_bus(filter,
				 region->root_decoder ? region->root_decoder->port : NULL) &&
	       passes_any_memdev(filter, region);
}
