// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "attach/act/journal.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/filter.h"
#include "cxl/command/attach-choose.h"
#include "cxl/command/attach-options.h"
#include "cxl/command/there-is.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/memory.h"
#include "util/text.h"

static bool is_named(const struct expected_host *host, const char *name)
{
	return filter_is_host(name, host->host) ||
	       (host->memdev && (strcmp(host->memdev, name) == 0 ||
				 strcmp(host->memdev + strlen("mem"), name) == 0));
}

static const struct expected_host *find_host(const struct journal_entry *entry, const char *name)
{
	for (size_t i = 0; i < entry->nr_hosts; i++) {
		if (is_named(&entry->hosts[i], name))
			return &entry->hosts[i];
	}
	return NULL;
}

/*
 * Return false, after a message, if several entries have a memdev of that name. A detach frees the
 * name of a memdev, and the next memdev can get it.
 */
static bool find_entry(const struct attach_choice *choice, const char *name,
		       const struct journal_entry **entry)
{
	*entry = NULL;
	for (size_t i = 0; i < choice->nr_entries; i++) {
		const struct expected_host *host = find_host(&choice->entries[i], name);

		if (host && *entry && !streq(find_host(*entry, name)->host, host->host)) {
			fprintf(stderr,
				ATTACH_MEMDEV
				": %s: was the name of several: name the host, %s or %s\n",
				name, find_host(*entry, name)->host, host->host);
			return false;
		}
		if (host && !*entry)
			*entry = &choice->entries[i];
	}
	return true;
}

static bool is_attached(const struct attach_choice *choice, const char *name)
{
	const struct snapshot *snapshot = choice->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &snapshot->memdevs[i];

		if (attach_of_memdev(choice->answers, memdev)->state == ATTACH_NONE)
			continue;
		if (strcmp(memdev->name, name) == 0 ||
		    strcmp(memdev->name + strlen("mem"), name) == 0 ||
		    filter_is_host(name, memdev->host.name))
			return true;
	}
	return false;
}

static void add_task(struct attach_choice *choice, const struct journal_entry *entry,
		     const struct snapshot_unattached_host *unattached)
{
	for (size_t i = 0; i < choice->nr_tasks; i++) {
		if (choice->tasks[i].entry == entry && choice->tasks[i].unattached == unattached)
			return;
	}
	*APPEND(choice->tasks, choice->nr_tasks) = (struct attach_task){entry, unattached};
}

/*
 * Add each detached host of that name; false if there is none. A part of a PCI address can match
 * several hosts.
 */
static bool add_unattached(struct attach_choice *choice, const char *name)
{
	const struct snapshot *snapshot = choice->snapshot;
	bool found = false;

	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		const struct snapshot_unattached_host *unattached = &snapshot->unattached_hosts[i];

		if (!filter_is_host(name, unattached->host.name))
			continue;
		add_task(choice, NULL, unattached);
		found = true;
	}
	return found;
}

/* The names to choose from: the hosts in the journal, and the other detached hosts */
static char *detached_hosts(const struct attach_choice *choice)
{
	const struct snapshot *snapshot = choice->snapshot;
	struct there_is there;

	there_is_begin(&there);
	for (size_t i = 0; i < choice->nr_entries; i++) {
		for (size_t j = 0; j < choice->entries[i].nr_hosts; j++)
			there_is_add(&there, choice->entries[i].hosts[j].host);
	}
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		const char *host = snapshot->unattached_hosts[i].host.name;

		if (!journal_find_host(choice->entries, choice->nr_entries, host))
			there_is_add(&there, host);
	}
	return there_is_end(&there);
}

int attach_choose_named(struct attach_choice *choice, const char *name)
{
	const struct journal_entry *entry;
	_cleanup_free_ char *there = NULL;

	if (!find_entry(choice, name, &entry))
		return EXIT_FAILED;
	if (entry)
		add_task(choice, entry, NULL);
	if (entry || add_unattached(choice, name))
		return EXIT_DONE;
	if (is_attached(choice, name)) {
		fprintf(stderr, ATTACH_MEMDEV ": %s: already attached\n", name);
		return EXIT_DONE;
	}
	there = detached_hosts(choice);
	fprintf(stderr,
		ATTACH_MEMDEV ": %s: neither in the journal, nor a detached host whose provider is "
			      "known (detached: %s)\n",
		name, there);
	return EXIT_FAILED;
}

/*
 * An unreadable entry is a failure, because what it describes stays detached. A host that no longer
 * exists cannot be reattached, which is also a failure.
 */
int attach_choose_all(struct attach_choice *choice, bool also_unattached, bool some_are_gone)
{
	const struct snapshot *snapshot = choice->snapshot;
	int status = some_are_gone ? EXIT_FAILED : EXIT_DONE;

	for (size_t i = 0; i < choice->nr_entries; i++) {
		if (choice->entries[i].error)
			status = EXIT_FAILED;
		else
			add_task(choice, &choice->entries[i], NULL);
	}
	for (size_t i = 0; also_unattached && i < snapshot->nr_unattached_hosts; i++) {
		const struct snapshot_unattached_host *unattached = &snapshot->unattached_hosts[i];

		if (attach_of_unattached_host(choice->answers, unattached)->state ==
			    ATTACH_DETACHED &&
		    !journal_find_host(choice->entries, choice->nr_entries, unattached->host.name))
			add_task(choice, NULL, unattached);
	}
	if (choice->nr_tasks == 0 && status == EXIT_DONE)
		fputs(ATTACH_MEMDEV ": nothing has been detached\n", stderr);
	return status;
}
