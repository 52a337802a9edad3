// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <stdlib.h>

#include "attach/model/snapshot.h"
#include "attach/read/user-search.h"
#include "attach/read/users-module.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/root.h"
#include "util/sysfs.h"
#include "util/text.h"
#include "util/unread.h"

static uint64_t read_holders(struct user_search *search, const char *module)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/%s/holders", module);
	DIR *holders = root_opendir(search->snapshot->root, path);
	const struct dirent *entry;
	uint64_t count = 0;

	while (holders && (entry = unread_entry(holders))) {
		if (entry->d_name[0] == '.')
			continue;
		user_search_add(search, module, "module", entry->d_name, 0);
		count++;
	}
	if (holders)
		closedir(holders);
	return count;
}

static void read_module(struct user_search *search, const char *module)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/%s/refcnt", module), *what = NULL;
	uint64_t holders = read_holders(search, module), references = 0;
	char text[32];

	/* "-1" while it is being unloaded; none at all if the kernel cannot unload modules. */
	if (root_read(search->snapshot->root, path, text, sizeof(text)) > 0)
		references = sysfs_to_number(text);
	if (references == UINT64_MAX || references <= holders)
		return;
	what = xasprintf("%ju", (uintmax_t)(references - holders));
	user_search_add(search, module, "reference", what, 0);
}

void users_read_modules(struct user_search *search)
{
	const struct snapshot *snapshot = search->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const char *module = snapshot->memdevs[i].host.module;
		bool seen = !module;

		for (size_t j = 0; j < i && !seen; j++)
			seen = streq(snapshot->memdevs[j].host.module, module);
		if (!seen)
			read_module(search, module);
	}
}
