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

/* Count the modules that need @module; @search: add them there, or NULL */
static uint64_t read_holders(struct root root, const char *module, struct user_search *search)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/%s/holders", module);
	DIR *holders = root_opendir(root, path);
	const struct dirent *entry;
	uint64_t count = 0;

	while (holders && (entry = unread_entry(holders))) {
		if (entry->d_name[0] == '.')
			continue;
		if (search)
			user_search_add(search, module, "module", entry->d_name, 0);
		count++;
	}
	if (holders)
		closedir(holders);
	return count;
}

/*
 * Return UINT64_MAX if the number is unknown. It is "-1" while the module is being unloaded. It
 * does not exist if the module is built in, or if the kernel cannot unload modules.
 */
static uint64_t read_references(struct root root, const char *module)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/%s/refcnt", module);
	char text[32];

	return root_read(root, path, text, sizeof(text)) > 0 ? sysfs_to_number(text) : UINT64_MAX;
}

static void read_module(struct user_search *search, const char *module)
{
	struct root root = search->snapshot->root;
	uint64_t holders = read_holders(root, module, search);
	uint64_t references = read_references(root, module);
	_cleanup_free_ char *what = NULL;

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

/* A reference that appears or disappears between the first and the last read changes the number. */
bool users_module_is_idle(struct root root, const char *module)
{
	uint64_t references = read_references(root, module);

	return references == read_holders(root, module, NULL) &&
	       references == read_references(root, module);
}
