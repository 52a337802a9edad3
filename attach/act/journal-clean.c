// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "attach/act/journal-clean.h"
#include "attach/act/journal.h"
#include "attach/model/plan.h"
#include "attach/model/step.h"
#include "attach/read/done.h"
#include "util/cleanup.h"
#include "util/entries.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/text.h"

/*
 * Test whether everything is as it is after the undo. A rescan leaves no state to compare.
 * Autoprobe changes only in the middle of the undo (attach/act/settings.h).
 */
static bool is_undone(const struct journal_entry *entry)
{
	for (size_t i = 0; i < entry->nr_undo; i++) {
		const struct step *step = &entry->undo[i];
		bool passing = step->action == STEP_RESCAN || step->action == STEP_AUTOPROBE;

		if (!passing && !step_is_done(ROOT_LIVE, step))
			return false;
	}
	return true;
}

/* A host that this program has removed returns by its undo. */
bool journal_host_is_gone(const struct journal_entry *entry, const struct expected_host *host)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/%s/devices/%s", host->bus, host->host);

	return strcmp(entry->method, detach_method_name(METHOD_PCI_REMOVE)) != 0 &&
	       sysfs_is_absent(AT_FDCWD, path);
}

static bool is_among(char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (streq(names[i], name))
			return true;
	}
	return false;
}

/*
 * Return the array under @key of the entry without the items whose @name is in @gone; a new array
 */
static struct json_object *without(const struct journal_entry *entry, const char *key,
				   const char *name, char *const *gone, size_t nr_gone)
{
	struct json_object *all = json_object_object_get(entry->json, key),
			   *left = json_new_array();

	for (size_t i = 0; i < json_length(all); i++) {
		struct json_object *item = json_object_array_get_idx(all, i);

		if (!is_among(gone, nr_gone,
			      json_object_get_string(json_object_object_get(item, name))))
			json_append(left, json_object_get(item));
	}
	return left;
}

/*
 * An entry has the name of its first host, because a host that returns may get an entry of its own.
 */
static int forget_hosts(const struct journal_entry *entry, char *const *gone, size_t nr_gone)
{
	struct json_object *json = NULL, *hosts, *first;
	const char *name = NULL;
	int rc;

	if (json_object_deep_copy(entry->json, &json, NULL) < 0)
		return -ENOMEM;
	hosts = without(entry, "hosts", "host", gone, nr_gone);
	json_add(json, "hosts", hosts);
	json_add(json, "undo", without(entry, "undo", "device", gone, nr_gone));
	first = json_object_array_get_idx(hosts, 0);
	if (first)
		name = json_object_get_string(json_object_object_get(first, "host"));
	rc = name ? entries_write(journal_directory(), name, json) : 0;
	if (rc == 0 && !streq(name, entry->name))
		rc = journal_remove(entry->name);
	json_object_put(json);
	return rc;
}

static void forget_gone(const struct journal_entry *entry, char ***gone, size_t *nr_gone)
{
	size_t others = *nr_gone;

	for (size_t i = 0; i < entry->nr_hosts; i++) {
		if (journal_host_is_gone(entry, &entry->hosts[i]))
			*APPEND(*gone, *nr_gone) = memory_check(strdup(entry->hosts[i].host));
	}
	if (*nr_gone == others || forget_hosts(entry, *gone + others, *nr_gone - others) == 0)
		return;
	while (*nr_gone > others)
		free((*gone)[--*nr_gone]);
}

char **journal_clean(size_t *nr_gone)
{
	size_t count;
	struct journal_entry *entries = journal_load_all(&count);
	char **gone = NULL;

	*nr_gone = 0;
	for (size_t i = 0; i < count; i++) {
		if (entries[i].error)
			continue;
		if (entries[i].is_of_other_boot || is_undone(&entries[i]))
			journal_remove(entries[i].name);
		else
			forget_gone(&entries[i], &gone, nr_gone);
	}
	journal_release(entries, count);
	return gone;
}
