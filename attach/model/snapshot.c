// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/text.h"

#define obstack_chunk_alloc chunk_alloc
#define obstack_chunk_free free

static void *chunk_alloc(size_t size)
{
	return memory_check(malloc(size));
}

/* Texts need no alignment */
static void begin_texts(struct obstack *texts)
{
	obstack_begin(texts, 0);
	obstack_alignment_mask(texts) = 0;
}

void snapshot_begin(struct snapshot *snapshot)
{
	*snapshot = (struct snapshot){.attach_support = FLAG_UNKNOWN};
	begin_texts(&snapshot->texts);
}

/* The arrays that a part can fill */
static const struct array {
	size_t array, count; /* where they are in struct snapshot */
	size_t size;	     /* of an element */
} arrays[] = {
#define ARRAY(name)                                                                                \
	{offsetof(struct snapshot, name), offsetof(struct snapshot, nr_##name),                    \
	 sizeof(*((struct snapshot *)NULL)->name)}
	ARRAY(ports),	ARRAY(decoders), ARRAY(regions),
	ARRAY(memdevs), ARRAY(children), ARRAY(memdev_hosts),
};
#define NR_ARRAYS (sizeof(arrays) / sizeof(*arrays))

static void **array_in(struct snapshot *snapshot, const struct array *array)
{
	return (void **)((char *)snapshot + array->array);
}

static size_t *count_in(struct snapshot *snapshot, const struct array *array)
{
	return (size_t *)((char *)snapshot + array->count);
}

void snapshot_begin_part(const struct snapshot *snapshot, struct snapshot *part)
{
	*part = *snapshot;
	part->nr_left_out = 0;
	for (size_t i = 0; i < NR_ARRAYS; i++) {
		if (*count_in(part, &arrays[i]) == 0)
			*array_in(part, &arrays[i]) = NULL;
	}
	begin_texts(&part->texts);
}

/* Each array of a part is freed as soon as it was copied: both need not be in memory. */
static void join_array(struct snapshot *snapshot, struct snapshot *parts, size_t nr_parts,
		       const struct array *array)
{
	void **all = array_in(snapshot, array);
	size_t *count = count_in(snapshot, array), sum = 0;

	if (*count > 0)
		return;
	for (size_t i = 0; i < nr_parts; i++)
		sum += *count_in(&parts[i], array);
	if (sum > 0)
		*all = memory_check(reallocarray(*all, memory_room(sum), array->size));
	for (size_t i = 0; i < nr_parts; i++) {
		size_t more = *count_in(&parts[i], array);

		if (more > 0)
			memcpy((char *)*all + *count * array->size, *array_in(&parts[i], array),
			       more * array->size);
		*count += more;
		free(*array_in(&parts[i], array));
	}
}

void snapshot_join_parts(struct snapshot *snapshot, struct snapshot *parts, size_t count)
{
	for (size_t i = 0; i < NR_ARRAYS; i++)
		join_array(snapshot, parts, count, &arrays[i]);
	for (size_t i = 0; i < count; i++) {
		struct obstack *texts = memory_check(malloc(sizeof(*texts)));

		*texts = parts[i].texts;
		*APPEND(snapshot->part_texts, snapshot->nr_part_texts) = texts;
		snapshot->nr_left_out += parts[i].nr_left_out;
	}
}

const char *snapshot_keep(struct snapshot *snapshot, const char *text)
{
	return text ? obstack_copy0(&snapshot->texts, text, strlen(text)) : NULL;
}

const char *snapshot_share(struct snapshot *snapshot, const char *text, const char *other)
{
	if (!text || !streq(text, other))
		return text;
	obstack_free(&snapshot->texts, (void *)(uintptr_t)text);
	return other;
}

/* The first member of every kind of device is its name: mem2 comes before mem10. */
static int by_name(const void *a, const void *b)
{
	const char *const *one = a, *const *other = b;

	return text_order(*one, *other);
}

/* Devices are read in order, with few exceptions. qsort(3) would need memory and time for all. */
static void sort(void *array, size_t count, size_t size)
{
	const char *elements = array;

	for (size_t i = 1; i < count; i++) {
		if (by_name(elements + (i - 1) * size, elements + i * size) > 0) {
			qsort(array, count, size, by_name);
			return;
		}
	}
}

#define SORT(array, count) sort(array, count, sizeof(*(array)))

#define FIND(array, count, name)                                                                   \
	({                                                                                         \
		const char *name_ = (name);                                                        \
		(typeof(array))(name_ && (count) > 0                                               \
					? bsearch(&name_, array, count, sizeof(*(array)), by_name) \
					: NULL);                                                   \
	})

const char *snapshot_override_to_bind(const struct snapshot_host *host)
{
	return host->needs_override ? host->driver : host->driver_override;
}

struct snapshot_memdev *snapshot_find_memdev(const struct snapshot *snapshot, const char *name)
{
	return FIND(snapshot->memdevs, snapshot->nr_memdevs, name);
}

struct snapshot_memdev *snapshot_memdev_of(const struct snapshot *snapshot, const char *host)
{
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		if (streq(snapshot->memdevs[i].host.name, host))
			return &snapshot->memdevs[i];
	}
	return NULL;
}

struct snapshot_region *snapshot_find_region(const struct snapshot *snapshot, const char *name)
{
	return FIND(snapshot->regions, snapshot->nr_regions, name);
}

struct snapshot_port *snapshot_find_port(const struct snapshot *snapshot, const char *name)
{
	return FIND(snapshot->ports, snapshot->nr_ports, name);
}

struct snapshot_decoder *snapshot_find_decoder(const struct snapshot *snapshot, const char *name)
{
	return FIND(snapshot->decoders, snapshot->nr_decoders, name);
}

/* The number in the name of decoder3.1 is 1 (cxl_decoder_add() in drivers/cxl/core/port.c). */
bool snapshot_decoder_is_counted(const struct snapshot_port *port, const char *decoder)
{
	const char *point = strchr(decoder, '.');

	return port->kind == PORT_ROOT || port->nr_committed == SNAPSHOT_NO_NUMBER || !point ||
	       strtoull(point + 1, NULL, 10) < port->nr_committed;
}

bool snapshot_decoder_is_uncounted(const struct snapshot_decoder *decoder)
{
	bool decodes = decoder->size != 0 && decoder->size != SNAPSHOT_NO_NUMBER;

	return decoder->port && (decodes || decoder->region_name) &&
	       !snapshot_decoder_is_counted(decoder->port, decoder->name);
}

const struct snapshot_port *snapshot_bus(const struct snapshot_port *port)
{
	for (int depth = 0; port && depth < SNAPSHOT_DEPTH_MAX; depth++) {
		if (port->kind == PORT_ROOT)
			return port;
		port = port->parent;
	}
	return NULL;
}

const char *snapshot_bus_provider(const struct snapshot_port *bus)
{
	if (bus->uport && strncmp(bus->uport, "ACPI0017", strlen("ACPI0017")) == 0)
		return "ACPI.CXL";
	if (bus->uport && strcmp(bus->uport, "cxl_acpi.0") == 0)
		return "cxl_test";
	return NULL;
}

bool snapshot_is_below(const struct snapshot_port *port, const struct snapshot_port *top)
{
	for (int depth = 0; port && depth < SNAPSHOT_DEPTH_MAX; depth++, port = port->parent) {
		if (port == top)
			return true;
	}
	return false;
}

char *snapshot_user_text(const struct snapshot_user *user)
{
	_cleanup_free_ char *process =
		user->pid ? xasprintf(" (process %ju)", (uintmax_t)user->pid) : NULL;

	return xasprintf("%s %s%s%s%s", user->kind, user->device, user->what ? " " : "",
			 user->what ?: "", process ?: "");
}

bool snapshot_memdev_has_user(const struct snapshot_memdev *memdev,
			      const struct snapshot_user *user)
{
	if (strcmp(memdev->name, user->device) == 0)
		return true;
	for (size_t i = 0; i < memdev->host.nr_dependents; i++) {
		if (strcmp(memdev->host.dependents[i].name, user->device) == 0)
			return true;
	}
	return false;
}

bool snapshot_region_has_locked_decoder(const struct snapshot_region *region)
{
	if (region->root_decoder && region->root_decoder->locked == FLAG_YES)
		return true;
	for (size_t i = 0; i < region->nr_decoders; i++) {
		if (region->decoders[i]->locked == FLAG_YES)
			return true;
	}
	return false;
}

static void link_ports(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_ports; i++) {
		struct snapshot_port *port = &snapshot->ports[i];
		struct snapshot_memdev *memdev;

		/* The device above a root is not a CXL device. */
		if (port->kind != PORT_ROOT)
			port->parent = snapshot_find_port(snapshot, port->parent_name);
		if (port->kind != PORT_ENDPOINT)
			continue;
		memdev = snapshot_find_memdev(snapshot, port->uport);
		if (memdev)
			memdev->endpoint = port;
	}
}

static void link_regions(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		struct snapshot_region *region = &snapshot->regions[i];

		region->root_decoder = snapshot_find_decoder(snapshot, region->root_decoder_name);
	}
	for (size_t i = 0; i < snapshot->nr_children; i++) {
		const struct snapshot_child *child = &snapshot->children[i];
		struct snapshot_region *region = snapshot_find_region(snapshot, child->region_name);

		if (region)
			region->child = child->name;
	}
}

static void add_unread_region(struct snapshot *snapshot, const char *name)
{
	struct snapshot_region *region;

	for (size_t i = 0; i < snapshot->nr_unread_regions; i++) {
		if (strcmp(snapshot->unread_regions[i].name, name) == 0)
			return;
	}
	region = APPEND(snapshot->unread_regions, snapshot->nr_unread_regions);
	region->name = name;
	region->unread = true;
	region->resource = region->size = region->interleave_ways = SNAPSHOT_NO_NUMBER;
	region->locked = region->committed = FLAG_UNKNOWN;
}

static void link_decoders(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_decoders; i++) {
		struct snapshot_decoder *decoder = &snapshot->decoders[i];

		decoder->port = snapshot_find_port(snapshot, decoder->port_name);
		decoder->region = snapshot_find_region(snapshot, decoder->region_name);
		if (decoder->port)
			*APPEND(decoder->port->decoders, decoder->port->nr_decoders) = decoder;
		if (decoder->region)
			*APPEND(decoder->region->decoders, decoder->region->nr_decoders) = decoder;
		else if (decoder->region_name)
			add_unread_region(snapshot, decoder->region_name);
	}
}

static bool takes_part(const struct snapshot_memdev *memdev, const struct snapshot_region *region)
{
	for (size_t i = 0; i < memdev->nr_regions; i++) {
		if (memdev->regions[i] == region)
			return true;
	}
	return false;
}

/* A memdev takes part in the regions that its endpoint's decoders map. */
static void link_memdev(struct snapshot_memdev *memdev)
{
	for (size_t i = 0; memdev->endpoint && i < memdev->endpoint->nr_decoders; i++) {
		struct snapshot_region *region = memdev->endpoint->decoders[i]->region;

		if (!region || takes_part(memdev, region))
			continue;
		*APPEND(memdev->regions, memdev->nr_regions) = region;
		*APPEND(region->memdevs, region->nr_memdevs) = memdev;
	}
}

void snapshot_sort_ports(struct snapshot *snapshot)
{
	SORT(snapshot->ports, snapshot->nr_ports);
}

void snapshot_link(struct snapshot *snapshot)
{
	snapshot_sort_ports(snapshot);
	SORT(snapshot->decoders, snapshot->nr_decoders);
	SORT(snapshot->regions, snapshot->nr_regions);
	SORT(snapshot->memdevs, snapshot->nr_memdevs);
	link_ports(snapshot);
	link_regions(snapshot);
	link_decoders(snapshot);
	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		link_memdev(&snapshot->memdevs[i]);
}

static void release_pci(struct snapshot_pci *pci)
{
	if (!pci)
		return;
	free(pci->functions);
	free(pci->group);
	free(pci);
}

void snapshot_release(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_ports; i++)
		free(snapshot->ports[i].decoders);
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		free(snapshot->regions[i].decoders);
		free(snapshot->regions[i].memdevs);
	}
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		free(snapshot->memdevs[i].regions);
		free(snapshot->memdevs[i].host.dependents);
		release_pci(snapshot->memdevs[i].host.pci);
	}
	free(snapshot->ports);
	free(snapshot->decoders);
	free(snapshot->regions);
	free(snapshot->unread_regions);
	free(snapshot->children);
	free(snapshot->memdev_hosts);
	free(snapshot->memdevs);
	free(snapshot->unattached_hosts);
	free(snapshot->users);
	for (size_t i = 0; i < snapshot->nr_part_texts; i++) {
		obstack_free(snapshot->part_texts[i], NULL);
		free(snapshot->part_texts[i]);
	}
	free(snapshot->part_texts);
	obstack_free(&snapshot->texts, NULL);
	*snapshot = (struct snapshot){0};
}
