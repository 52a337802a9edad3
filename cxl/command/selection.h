/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_SELECTION_H
#define CXL_COMMAND_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

struct snapshot;
struct verdict_object;

/*
 * The objects that cxl-cli would act on. Its arguments and filters are lenient. "region0", "0" and
 * "all" are valid, and also "0x7" and "region0,region1", of which only the leading number counts. A
 * memdev can also be given by its host. Such a name can also begin with the number of another
 * memdev, which then also matches ("0000:31:00.0"). A port can be given by the device that it
 * belongs to, and an endpoint by its memdev. The selection here includes every object that cxl-cli
 * would select. If the snapshot does not show enough, the selection includes more objects rather
 * than fewer.
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
	const char *decoder; /* -d of the region commands, or NULL; names root decoders */
};

/**
 * selection_find() - find the objects that one argument of a command selects
 * @objects: set to a new array that the caller frees; to NULL if there are none
 *
 * Return: the number of objects.
 */
size_t selection_find(const struct snapshot *snapshot, enum selection_kind kind,
		      const struct selection_filters *filters, const char *argument,
		      struct verdict_object **objects);

/**
 * selection_matches() - test whether cxl-cli would select a device by @list
 *
 * The name of the device, @name, consists of @prefix and @id.
 */
bool selection_matches(const char *list, const char *prefix, const char *name, long id);

#endif
