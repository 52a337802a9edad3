// SPDX-License-Identifier: LGPL-2.1-only
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "attach/model/snapshot.h"
#include "attach/read/user-search.h"
#include "util/memory.h"

void user_search_add(struct user_search *search, const char *device, const char *kind,
		     const char *what, uint64_t pid)
{
	struct snapshot *snapshot = search->snapshot;

	*APPEND(snapshot->users, snapshot->nr_users) = (struct snapshot_user){
		.device = device,
		.kind = kind,
		.what = snapshot_keep(snapshot, what),
		.pid = pid,
	};
}

void user_search_add_node(struct user_search *search, const char *device, const char *dev,
			  bool block)
{
	unsigned int major, minor;

	if (dev && sscanf(dev, "%u:%u", &major, &minor) == 2)
		*APPEND(search->nodes, search->nr_nodes) =
			(struct user_node){device, makedev(major, minor), block};
}

const struct user_node *user_search_node(const struct user_search *search,
					 const struct stat *status)
{
	bool block = S_ISBLK(status->st_mode);

	if (!block && !S_ISCHR(status->st_mode))
		return NULL;
	for (size_t i = 0; i < search->nr_nodes; i++) {
		if (search->nodes[i].number == status->st_rdev && search->nodes[i].block == block)
			return &search->nodes[i];
	}
	return NULL;
}

bool user_search_has_dependent(const struct user_search *search, const char *subsystem)
{
	const struct snapshot *snapshot = search->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_host *host = &snapshot->memdevs[i].host;

		for (size_t j = 0; j < host->nr_dependents; j++) {
			if (strcmp(host->dependents[j].subsystem, subsystem) == 0)
				return true;
		}
	}
	return false;
}
