// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/reason/verdict.h"
#include "cxl/command/selection.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* Return the number in the name of a device: 1 for "port1" */
static long number_of(const char *name)
{
	const char *digits = name + strcspn(name, "0123456789");

	return strtol(digits, NULL, 10);
}

/* The separator is a space if the list has one, and otherwise a comma. */
static bool any_word(const char *list, bool (*matches)(const char *word, const void *data),
		     const void *data)
{
	_cleanup_free_ char *copy = memory_check(strdup(list));
	const char *between = strchr(list, ' ') ? " " : ",";
	char *rest = copy, *word;

	while ((word = strsep(&rest, between))) {
		if (matches(word, data))
			return true;
	}
	return false;
}

/* A device's name in two parts, for the spellings that use only the number */
struct numbered {
	const char *prefix, *name;
	long id;
};

/*
 * Match "region0", "0", and any word that begins with such a number. cxl-cli reads the number by
 * sscanf() as an int, and glibc truncates larger numbers: 4294967296 is read as 0.
 */
static bool is_numbered(const char *word, const void *data)
{
	const struct numbered *device = data;
	size_t length = strlen(device->prefix);
	int number;
	char *end;

	if (strcmp(word, "all") == 0 || strcmp(word, device->name) == 0)
		return true;
	if (strncmp(word, device->prefix, length) == 0)
		word += length;
	number = (int)strtol(word, &end, 10);
	return end != word && number == device->id;
}

bool selection_matches(const char *list, const char *prefix, const char *name, long id)
{
	const struct numbered device = {prefix, name, id};

	return any_word(list, is_numbered, &device);
}

static bool is_same(const char *word, const void *name)
{
	return strcmp(word, name) == 0;
}

/* An unknown name is NULL. */
static bool has_word(const char *list, const char *name)
{
	return name && any_word(list, is_same, name);
}

/* For a bus that it does not know, libcxl uses the name of the device as the provider. */
static bool is_bus(const char *list, const struct snapshot_port *bus)
{
	return selection_matches(list, "root", bus->name, number_of(bus->name)) ||
	       has_word(list, snapshot_bus_provider(bus)) || has_word(list, bus->uport);
}

/* A port whose bus is unknown passes. */
static bool passes_bus(const struct selection_filters *filters, const struct snapshot_port *port)
{
	const struct snapshot_port *bus = snapshot_bus(port);

	return !filters->bus || !bus || is_bus(filters->bus, bus);
}

/* A word is "0.1" or "decoder0.1": both of its numbers are compared. */
static bool is_decoder(const char *word, const void *data)
{
	const char *name = data;
	int port, id, its_port, its_id;

	if (strcmp(word, "all") == 0 || strcmp(word, "root") == 0 || strcmp(word, name) == 0)
		return true;
	return (sscanf(word, "%d.%d", &port, &id) == 2 ||
		sscanf(word, "decoder%d.%d", &port, &id) == 2) &&
	       sscanf(name, "decoder%d.%d", &its_port, &its_id) == 2 && port == its_port &&
	       id == its_id;
}

/* A decoder that is unknown passes. */
static bool passes_decoder(const struct selection_filters *filters,
			   const struct snapshot_decoder *decoder)
{
	return !filters->decoder || !decoder ||
	       any_word(filters->decoder, is_decoder, decoder->name);
}

static bool is_region(const struct selection_filters *filters, const char *argument,
		      const struct snapshot_region *region)
{
	const struct snapshot_decoder *root = region->root_decoder;

	return selection_matches(argument, "region", region->name, number_of(region->name)) &&
	       passes_bus(filters, root ? root->port : NULL) && passes_decoder(filters, root);
}

static bool is_serial(const char *word, const void *serial)
{
	char *end;
	unsigned long long number = strtoull(word, &end, 0);

	return *word && !*end && number == *(const uint64_t *)serial;
}

static bool is_memdev(const struct selection_filters *filters, enum selection_kind kind,
		      const char *argument, const struct snapshot_memdev *memdev)
{
	/*
	 * Without a serial number, a memdev has the largest possible one, in libcxl and in a
	 * snapshot.
	 */
	bool named = kind == SELECT_MEMDEVS_BY_SERIAL
			     ? any_word(argument, is_serial, &memdev->serial)
			     : selection_matches(argument, "mem", memdev->name, (long)memdev->id) ||
				       has_word(argument, memdev->host.name);

	return named && passes_bus(filters, memdev->endpoint);
}

static bool is_port(enum selection_kind kind, const char *argument,
		    const struct snapshot_port *port)
{
	if (kind == SELECT_BUSES)
		return port->kind == PORT_ROOT && is_bus(argument, port);
	if (kind == SELECT_ENDPOINTS)
		return port->kind == PORT_ENDPOINT &&
		       (selection_matches(argument, "endpoint", port->name,
					  number_of(port->name)) ||
			has_word(argument, port->uport));
	/* "root" and "switch" select all ports of that kind. */
	return port->kind != PORT_ENDPOINT &&
	       (selection_matches(argument, "port", port->name, number_of(port->name)) ||
		has_word(argument, port->uport) ||
		has_word(argument, port->kind == PORT_ROOT ? "root" : "switch"));
}

size_t selection_find(const struct snapshot *snapshot, enum selection_kind kind,
		      const struct selection_filters *filters, const char *argument,
		      struct verdict_object **objects)
{
	bool memdevs = kind == SELECT_MEMDEVS || kind == SELECT_MEMDEVS_BY_SERIAL;
	size_t count = 0;

	*objects = NULL;
	for (size_t i = 0; kind == SELECT_REGIONS && i < snapshot->nr_regions; i++) {
		if (is_region(filters, argument, &snapshot->regions[i]))
			APPEND(*objects, count)->region = &snapshot->regions[i];
	}
	for (size_t i = 0; kind == SELECT_REGIONS && i < snapshot->nr_unread_regions; i++) {
		if (is_region(filters, argument, &snapshot->unread_regions[i]))
			APPEND(*objects, count)->region = &snapshot->unread_regions[i];
	}
	for (size_t i = 0; memdevs && i < snapshot->nr_memdevs; i++) {
		if (is_memdev(filters, kind, argument, &snapshot->memdevs[i]))
			APPEND(*objects, count)->memdev = &snapshot->memdevs[i];
	}
	for (size_t i = 0; kind >= SELECT_PORTS && i < snapshot->nr_ports; i++) {
		if (is_port(kind, argument, &snapshot->ports[i]))
			APPEND(*objects, count)->port = &snapshot->ports[i];
	}
	return count;
}
