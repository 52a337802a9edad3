// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/reason/verdict.h"
#include "cxl/command/selection.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* The number in a device's name: 1 of "port1" */
static long number_of(const char *name)
{
	const char *digits = name + strcspn(name, "0123456789");

	return strtol(digits, NULL, 10);
}

/*
 * "region0", "0", and whatever else begins with such a number. cxl-cli reads it by sscanf() as an
 * int, into which glibc cuts what is too large for one: 4294967296 is 0 to it.
 */
static bool is_number(const char *word, const char *prefix, long id)
{
	size_t length = strlen(prefix);
	int number;
	char *end;

	if (strncmp(word, prefix, length) == 0)
		word += length;
	number = (int)strtol(word, &end, 10);
	return end != word && number == id;
}

/* A list has spaces between its words if it has any, and else commas. */
static const char *separator(const char *list)
{
	return strchr(list, ' ') ? " " : ",";
}

bool selection_matches(const char *list, const char *prefix, const char *name, long id)
{
	_cleanup_free_ char *copy = memory_check(strdup(list));
	const char *between = separator(list);
	char *rest = copy, *word;

	while ((word = strsep(&rest, between))) {
		if (strcmp(word, "all") == 0 || strcmp(word, name) == 0 ||
		    is_number(word, prefix, id))
			return true;
	}
	return false;
}

static bool has_word(const char *list, const char *word)
{
	return selection_matches(list, word, word, -1);
}

/* Where libcxl knows no provider for what a bus is the port of, that device's name is one. */
static bool is_bus(const char *list, const struct snapshot_port *bus)
{
	const char *provider = snapshot_bus_provider(bus);

	return selection_matches(list, "root", bus->name, number_of(bus->name)) ||
	       (provider && has_word(list, provider)) || (bus->uport && has_word(list, bus->uport));
}

/* Where it is not known which bus it is on, it may be on this one. */
static bool passes_bus(const struct selection_filters *filters, const struct snapshot_port *port)
{
	const struct snapshot_port *bus = snapshot_bus(port);

	return !filters->bus || !bus || is_bus(filters->bus, bus);
}

/* "0.1" and "decoder0.1" are told by both of their numbers. */
static bool passes_decoder(const struct selection_filters *filters,
			   const struct snapshot_decoder *decoder)
{
	_cleanup_free_ char *copy = NULL;
	int port, id, ours_port, ours_id;
	char *rest, *word;

	if (!filters->decoder || !decoder ||
	    sscanf(decoder->name, "decoder%d.%d", &ours_port, &ours_id) != 2)
		return true;
	copy = memory_check(strdup(filters->decoder));
	rest = copy;
	while ((word = strsep(&rest, separator(filters->decoder)))) {
		if (strcmp(word, "all") == 0 || strcmp(word, "root") == 0 ||
		    strcmp(word, decoder->name) == 0)
			return true;
		if ((sscanf(word, "%d.%d", &port, &id) == 2 ||
		     sscanf(word, "decoder%d.%d", &port, &id) == 2) &&
		    port == ours_port && id == ours_id)
			return true;
	}
	return false;
}

static bool is_region(const struct selection_filters *filters, const char *argument,
		      const struct snapshot_region *region)
{
	const struct snapshot_decoder *root = region->root_decoder;

	return selection_matches(argument, "region", region->name, number_of(region->name)) &&
	       passes_bus(filters, root ? root->port : NULL) && passes_decoder(filters, root);
}

/* libcxl has the largest number for a memdev that shows no serial number. */
static bool has_serial(const char *list, const struct snapshot_memdev *memdev)
{
	_cleanup_free_ char *copy = memory_check(strdup(list));
	char *rest = copy, *word;

	while ((word = strsep(&rest, separator(list)))) {
		char *end;
		unsigned long long serial = strtoull(word, &end, 0);

		if (*word && !*end && serial == memdev->serial)
			return true;
	}
	return false;
}

static bool is_memdev(const struct selection_filters *filters, enum selection_kind kind,
		      const char *argument, const struct snapshot_memdev *memdev)
{
	bool named = kind == SELECT_MEMDEVS_BY_SERIAL
			     ? has_serial(argument, memdev)
			     : selection_matches(argument, "mem", memdev->name, (long)memdev->id);

	return named && passes_bus(filters, memdev->endpoint);
}

static bool is_port(enum selection_kind kind, const char *argument,
		    const struct snapshot_port *port)
{
	if (kind == SELECT_BUSES)
		return port->kind == PORT_ROOT && is_bus(argument, port);
	if (kind == SELECT_ENDPOINTS)
		return port->kind == PORT_ENDPOINT &&
		       selection_matches(argument, "endpoint", port->name, number_of(port->name));
	/* "root" and "switch" are words for all of their kind. */
	return port->kind != PORT_ENDPOINT &&
	       (selection_matches(argument, "port", port->name, number_of(port->name)) ||
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
