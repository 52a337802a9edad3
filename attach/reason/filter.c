// SPDX-License-Identifier: LGPL-2.1-only
#include <stdio.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/reason/filter.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/text.h"

#define SEPARATORS ", "

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
	size_t skip = name && strncmp(name, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
	const char *word = list;

	if (!list)
		return true;
	while (*(word += strspn(word, SEPARATORS))) {
		size_t length = strcspn(word, SEPARATORS);

		if (is_word(word, length, "all") || is_word(word, length, name) ||
		    (skip && is_word(word, length, name + skip)))
			return true;
		word += length;
	}
	return false;
}

struct pci_address {
	int domain, function; /* -1: any */
	int bus, device;
};

/* Test whether @format matches all of @text; @format ends with "%n" */
#define IS_ALL(text, format, ...)                                                                  \
	({                                                                                         \
		int end_ = 0;                                                                      \
		sscanf(text, format, __VA_ARGS__, &end_);                                          \
		end_ > 0 && (text)[end_] == '\0';                                                  \
	})

/* Parse a PCI address; false if it is not valid */
static bool parse_pci(const char *text, struct pci_address *address)
{
	unsigned int domain, bus, device, function;
	bool has_domain, has_function;

	/* sscanf(3) would also accept signs, blanks and "0x". */
	if (text[strspn(text, "0123456789abcdefABCDEF:.")] != '\0')
		return false;
	has_domain = IS_ALL(text, "%7x:%2x:%2x.%1x%n", &domain, &bus, &device, &function);
	has_function = has_domain || IS_ALL(text, "%2x:%2x.%1x%n", &bus, &device, &function);
	if (!has_function)
		has_domain = IS_ALL(text, "%7x:%2x:%2x%n", &domain, &bus, &device);
	if (!has_function && !has_domain && !IS_ALL(text, "%2x:%2x%n", &bus, &device))
		return false;
	*address = (struct pci_address){
		.domain = has_domain ? (int)domain : -1,
		.bus = (int)bus,
		.device = (int)device,
		.function = has_function ? (int)function : -1,
	};
	return true;
}

static bool is_any_or(int wanted, int number)
{
	return wanted == -1 || wanted == number;
}

bool filter_is_host(const char *word, const char *name)
{
	struct pci_address wanted, host;

	if (streq(word, name))
		return true;
	return name && parse_pci(word, &wanted) && parse_pci(name, &host) && host.domain != -1 &&
	       is_any_or(wanted.domain, host.domain) && wanted.bus == host.bus &&
	       wanted.device == host.device && is_any_or(wanted.function, host.function);
}

static bool lists_host(const char *list, const char *name)
{
	_cleanup_free_ char *copy = list ? memory_check(strdup(list)) : NULL;
	char *rest = copy, *word;

	if (filter_lists(list, "", name))
		return true;
	while ((word = strsep(&rest, SEPARATORS))) {
		if (filter_is_host(word, name))
			return true;
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
	return lists_host(filter->hosts, host->name) &&
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
