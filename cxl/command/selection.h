/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_SELECTION_H
#define CXL_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

struct snapshot;
struct verdict_object;

/*
 * Which objects would cxl-cli act on? Its arguments and filters are lenient: "region0", "0", "all",
 * also "0x7" and "region0,region1", of which a name is told by the number that it begins with.
 * Whatever it would take for an object is one here, too; where it is not known what it would make
 * of something, more objects are selected rather than fewer.
 */

enum selection_kind {
	SELECT_REGIONS,
	SELECT_MEMDEVS,
	SELECT_MEMDEVS_BY_SERIAL,
	SELECT_PORTS,
	SELECT_ENDPOINTS,
	SELECT_BUSES,
};

struct selection_filters {
	const char *bus;     /* -b, or NULL */
	const char *decoder; /* -d of the region commands, or NULL: root decoders */
};

/**
 * selection_find() - the objects that one argument of a command means
 * @objects: a new array that the caller frees; NULL if there are none
 *
 * Return: how many there are.
 */
size_t selection_find(const struct snapshot *snapshot, enum selection_kind kind,
		      const struct selection_filters *filters, const char *argument,
		      struct verdict_object **objects);

/** selection_matches() - does cxl-cli take @list for a device called @name, @prefix and @id? */
bool selection_matches(const char *list, const char *prefix, const char *name, long id);

#endif
