// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "cxl/command/there-is.h"
#include "util/memory.h"

/* A longer list in a message would not be read. */
#define SHOWN_MAX 8

void there_is_begin(struct there_is *there)
{
	*there = (struct there_is){.text = memory_check(strdup("none"))};
}

void there_is_add(struct there_is *there, const char *entry)
{
	char *longer;

	if (there->count++ >= SHOWN_MAX)
		return;
	longer = there->count == 1 ? memory_check(strdup(entry))
				   : xasprintf("%s, %s", there->text, entry);
	free(there->text);
	there->text = longer;
}

char *there_is_end(struct there_is *there)
{
	char *longer;

	if (there->count <= SHOWN_MAX)
		return there->text;
	longer = xasprintf("%s and %zu more", there->text, there->count - SHOWN_MAX);
	free(there->text);
	there->text = longer;
	return longer;
}

/* An entry: "mem0 (host 0000:11:00.0, driver sfc, bus root0)"; @begun once it has a property */
struct entry {
	char *text;
	bool begun;
};

static void add(struct entry *entry, const char *what, const char *value)
{
	char *longer;

	if (!value)
		return;
	longer = xasprintf("%s%s%s%s", entry->text, entry->begun ? ", " : " (", what, value);
	free(entry->text);
	entry->text = longer;
	entry->begun = true;
}

static char *end(struct entry *entry)
{
	char *text = xasprintf("%s%s", entry->text, entry->begun ? ")" : "");

	free(entry->text);
	return text;
}

static struct entry begin(const char *name)
{
	return (struct entry){.text = memory_check(strdup(name))};
}

static void add_bus(struct entry *entry, const struct snapshot_port *port)
{
	const struct snapshot_port *bus = snapshot_bus(port);

	add(entry, "bus ", bus ? bus->name : NULL);
}

static void add_memdev_host(struct entry *entry, const struct snapshot_memdev *memdev)
{
	add(entry, "host ", memdev->host.name);
	add(entry, "driver ", memdev->host.driver);
}

char *there_is_memdev(const struct snapshot *snapshot, size_t index)
{
	const struct snapshot_memdev *memdev;
	struct entry entry;

	if (index >= snapshot->nr_memdevs)
		return NULL;
	memdev = &snapshot->memdevs[index];
	entry = begin(memdev->name);
	add_memdev_host(&entry, memdev);
	add_bus(&entry, memdev->endpoint);
	for (size_t i = 0; i < memdev->nr_regions; i++)
		add(&entry, "", memdev->regions[i]->name);
	return end(&entry);
}

char *there_is_host(const struct snapshot *snapshot, size_t index)
{
	const struct snapshot_unattached_host *host;
	struct entry entry;

	if (index >= snapshot->nr_unattached_hosts)
		return NULL;
	host = &snapshot->unattached_hosts[index];
	entry = begin(host->host.name);
	add(&entry, "provider ", host->provider);
	add_bus(&entry, host->port);
	return end(&entry);
}

char *there_is_region(const struct snapshot *snapshot, size_t index)
{
	const struct snapshot_region *region;
	struct entry entry;

	if (index >= snapshot->nr_regions)
		return NULL;
	region = &snapshot->regions[index];
	entry = begin(region->name);
	for (size_t i = 0; i < region->nr_memdevs; i++) {
		add(&entry, "", region->memdevs[i]->name);
		add_memdev_host(&entry, region->memdevs[i]);
	}
	add_bus(&entry, region->root_decoder ? region->root_decoder->port : NULL);
	return end(&entry);
}
