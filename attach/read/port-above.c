// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/port-above.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/text.h"
#include "util/unread.h"

/*
 * Return the N of the link dportN if the device @name is a downstream port of @port; otherwise -1
 */
static int find_dport(struct root root, const struct snapshot_port *port, const char *name)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/cxl/devices/%s", port->name);
	DIR *directory = root_opendir(root, path);
	const struct dirent *entry;
	int id = -1;

	while (directory && id < 0 && (entry = unread_entry(directory))) {
		_cleanup_free_ char *target = NULL;

		if (strncmp(entry->d_name, "dport", 5) != 0)
			continue;
		target = sysfs_link_name(dirfd(directory), entry->d_name);
		if (target && strcmp(target, name) == 0)
			id = atoi(entry->d_name + 5);
	}
	if (directory)
		closedir(directory);
	return id;
}

static bool list_has(const char *list, int id)
{
	while (list && *list) {
		char *end;

		if (strtol(list, &end, 10) == id && end != list)
			return true;
		list = *end ? end + 1 : end;
	}
	return false;
}

static struct snapshot_decoder *decoder_towards(const struct snapshot_port *port, int dport)
{
	for (size_t i = 0; i < port->nr_decoders; i++) {
		struct snapshot_decoder *decoder = port->decoders[i];

		if (decoder->size != SNAPSHOT_NO_NUMBER && decoder->size > 0 &&
		    list_has(decoder->target_list, dport))
			return decoder;
	}
	return NULL;
}

/*
 * A disabled port has no downstream ports. Test whether @name is the device that the port belongs
 * to, which is above them.
 */
static bool is_disabled_at(const struct snapshot_port *port, const char *name)
{
	return port->kind == PORT_SWITCH && !port->enabled && streq(port->uport, name);
}

/*
 * Find the port of a switch or host bridge that has the device @name as a downstream port, or that
 * is disabled and belongs to it
 */
static bool find_port(const struct snapshot *snapshot, const char *name,
		      struct snapshot_unattached_host *unattached)
{
	for (size_t i = 0; i < snapshot->nr_ports; i++) {
		struct snapshot_port *port = &snapshot->ports[i];
		int dport = port->kind == PORT_SWITCH ? find_dport(snapshot->root, port, name) : -1;

		if (dport < 0 && !is_disabled_at(port, name))
			continue;
		unattached->port = port;
		unattached->decoder = dport < 0 ? NULL : decoder_towards(port, dport);
		return true;
	}
	return false;
}

void find_port_above(const struct snapshot *snapshot, int bus,
		     struct snapshot_unattached_host *unattached)
{
	char path[PATH_MAX];
	char *slash;

	if (sysfs_link(bus, unattached->host.name, path, sizeof(path)) < 0)
		return;
	while ((slash = strrchr(path, '/'))) {
		*slash = '\0';
		slash = strrchr(path, '/');
		if (find_port(snapshot, slash ? slash + 1 : path, unattached))
			return;
	}
}

static void add_dports(struct root root, const char *port, struct dports *dports)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/cxl/devices/%s", port);
	DIR *directory = root_opendir(root, path);
	const struct dirent *entry;

	while (directory && (entry = unread_entry(directory))) {
		char *target = strncmp(entry->d_name, "dport", 5) == 0
				       ? sysfs_link_name(dirfd(directory), entry->d_name)
				       : NULL;

		if (target)
			*APPEND(dports->names, dports->count) = target;
	}
	if (directory)
		closedir(directory);
}

void dports_read(const struct snapshot *snapshot, struct dports *dports)
{
	*dports = (struct dports){0};
	for (size_t i = 0; i < snapshot->nr_ports; i++) {
		const struct snapshot_port *port = &snapshot->ports[i];

		if (port->kind == PORT_SWITCH && !port->enabled && port->uport)
			*APPEND(dports->names, dports->count) = memory_check(strdup(port->uport));
		else if (port->kind == PORT_SWITCH)
			add_dports(snapshot->root, port->name, dports);
	}
}

void dports_release(struct dports *dports)
{
	for (size_t i = 0; i < dports->count; i++)
		free(dports->names[i]);
	free(dports->names);
}

static bool has_name(const struct dports *dports, const char *name)
{
	for (size_t i = 0; i < dports->count; i++) {
		if (strcmp(dports->names[i], name) == 0)
			return true;
	}
	return false;
}

bool dports_are_above(const struct dports *dports, int bus, const char *device)
{
	char path[PATH_MAX];
	char *slash;

	if (dports->count == 0 || sysfs_link(bus, device, path, sizeof(path)) < 0)
		return false;
	while ((slash = strrchr(path, '/'))) {
		*slash = '\0';
		slash = strrchr(path, '/');
		if (has_name(dports, slash ? slash + 1 : path))
			return true;
	}
	return false;
}
