// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "attach/model/changes.h"
#include "attach/model/snapshot.h"
#include "util/memory.h"
#include "util/text.h"

void changes_add(struct changes *changes, enum change_kind kind, const char *name)
{
	*APPEND(changes->list, changes->count) = (struct change){kind, name};
}

static int by_name(const void *a, const void *b)
{
	const struct change *one = a, *other = b;
	int order = text_order(one->name, other->name);

	return order ?: (int)one->kind - (int)other->kind;
}

/* Test for a new change: a removal sorts before other changes of its device, which it replaces. */
static bool is_different(const struct change *previous, const struct change *change)
{
	return strcmp(previous->name, change->name) != 0 ||
	       (previous->kind != CHANGE_REMOVED && previous->kind != change->kind);
}

void changes_settle(struct changes *changes)
{
	size_t count = 0;

	if (changes->count > 0)
		qsort(changes->list, changes->count, sizeof(*changes->list), by_name);
	for (size_t i = 0; i < changes->count; i++) {
		if (i == 0 || is_different(&changes->list[count - 1], &changes->list[i]))
			changes->list[count++] = changes->list[i];
	}
	changes->count = count;
}

bool changes_have(const struct changes *changes, enum change_kind kind, const char *name)
{
	const struct change wanted = {kind, name};

	return changes->count > 0 &&
	       bsearch(&wanted, changes->list, changes->count, sizeof(*changes->list), by_name);
}

bool changes_same(const struct changes *one, const struct changes *other)
{
	if (one->count != other->count)
		return false;
	for (size_t i = 0; i < one->count; i++) {
		if (by_name(&one->list[i], &other->list[i]) != 0)
			return false;
	}
	return true;
}

void changes_minus(const struct changes *one, const struct changes *other,
		   struct changes *difference)
{
	*difference = (struct changes){0};
	for (size_t i = 0; i < one->count; i++) {
		if (!changes_have(other, one->list[i].kind, one->list[i].name))
			*APPEND(difference->list, difference->count) = one->list[i];
	}
}

void changes_release(struct changes *changes)
{
	free(changes->list);
	*changes = (struct changes){0};
}

const char *change_kind_name(enum change_kind kind)
{
	static const char *const names[] = {
		[CHANGE_REMOVED] = "removed", [CHANGE_UNBOUND] = "unbound",
		[CHANGE_BOUND] = "bound",     [CHANGE_ADDED] = "added",
		[CHANGE_ALTERED] = "altered",
	};

	return names[kind];
}

static const char *port_name(const struct snapshot_port *port)
{
	return port ? port->name : NULL;
}

static void compare_bound(struct changes *changes, const char *name, bool before, bool after)
{
	if (before && !after)
		changes_add(changes, CHANGE_UNBOUND, name);
	else if (!before && after)
		changes_add(changes, CHANGE_BOUND, name);
}

static void compare_memdev(struct changes *changes, const void *a, const void *b)
{
	const struct snapshot_memdev *before = a, *after = b;

	compare_bound(changes, before->name, before->enabled, after->enabled);
	if (before->enabled == after->enabled &&
	    (!streq(before->host.name, after->host.name) ||
	     !streq(before->host.driver, after->host.driver) ||
	     !streq(port_name(before->endpoint), port_name(after->endpoint)) ||
	     before->ram_size != after->ram_size || before->pmem_size != after->pmem_size))
		changes_add(changes, CHANGE_ALTERED, before->name);
}

static void compare_port(struct changes *changes, const void *a, const void *b)
{
	const struct snapshot_port *before = a, *after = b;

	compare_bound(changes, before->name, before->enabled, after->enabled);
	if (!streq(before->uport, after->uport) || !streq(before->parent_name, after->parent_name))
		changes_add(changes, CHANGE_ALTERED, before->name);
}

/* A root decoder's lock is only known while the decoder has a region, and never changes. */
static bool has_other_lock(const struct snapshot_decoder *before,
			   const struct snapshot_decoder *after)
{
	bool root = before->port && before->port->kind == PORT_ROOT;

	return !root && before->locked != after->locked;
}

/* The region in the decoder is not compared here, but with the region itself. */
static void compare_decoder(struct changes *changes, const void *a, const void *b)
{
	const struct snapshot_decoder *before = a, *after = b;

	if (before->start != after->start || before->size != after->size ||
	    has_other_lock(before, after) || !streq(before->target_type, after->target_type) ||
	    !streq(before->target_list, after->target_list))
		changes_add(changes, CHANGE_ALTERED, before->name);
}

static void compare_region(struct changes *changes, const void *a, const void *b)
{
	const struct snapshot_region *before = a, *after = b;

	compare_bound(changes, before->name, before->driver, after->driver);
	if (before->resource != after->resource || before->size != after->size ||
	    before->locked != after->locked || before->nr_memdevs != after->nr_memdevs ||
	    before->committed != after->committed || !streq(before->child, after->child))
		changes_add(changes, CHANGE_ALTERED, before->name);
}

/* An array of structures that begin with their name, sorted by name */
struct array {
	const char *start;
	size_t count, size;
	void (*compare)(struct changes *changes, const void *before, const void *after);
};

static const char *name_at(const struct array *array, size_t i)
{
	return *(const char *const *)(array->start + i * array->size);
}

static void compare_arrays(struct changes *changes, const struct array *before,
			   const struct array *after)
{
	size_t i = 0, j = 0;

	while (i < before->count || j < after->count) {
		int order = i == before->count	? 1
			    : j == after->count ? -1
						: text_order(name_at(before, i), name_at(after, j));

		if (order == 0)
			before->compare(changes, before->start + i * before->size,
					after->start + j * after->size);
		else if (order < 0)
			changes_add(changes, CHANGE_REMOVED, name_at(before, i));
		else
			changes_add(changes, CHANGE_ADDED, name_at(after, j));
		i += order <= 0;
		j += order >= 0;
	}
}

#define ARRAY(snapshot, kind, compare)                                                             \
	(struct array)                                                                             \
	{                                                                                          \
		(const char *)(snapshot)->kind, (snapshot)->nr_##kind, sizeof(*(snapshot)->kind),  \
			compare                                                                    \
	}

void changes_find(const struct snapshot *before, const struct snapshot *after,
		  struct changes *changes)
{
	*changes = (struct changes){0};
	compare_arrays(changes, &ARRAY(before, ports, compare_port), &ARRAY(after, ports, NULL));
	compare_arrays(changes, &ARRAY(before, decoders, compare_decoder),
		       &ARRAY(after, decoders, NULL));
	compare_arrays(changes, &ARRAY(before, regions, compare_region),
		       &ARRAY(after, regions, NULL));
	compare_arrays(changes, &ARRAY(before, memdevs, compare_memdev),
		       &ARRAY(after, memdevs, NULL));
	changes_settle(changes);
}
