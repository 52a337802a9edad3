/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_JOURNAL_CLEAN_H
#define ATTACH_ACT_JOURNAL_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

struct expected_host;
struct journal_entry;

/**
 * journal_host_is_gone() - test whether others removed a host of @entry, so that no undo finds it
 */
bool journal_host_is_gone(const struct journal_entry *entry, const struct expected_host *host);

/**
 * journal_clean() - remove what needs no reattach any more
 * @nr_gone: the number of hosts that were removed from their entries because they no longer exist
 *
 * Removes entries of another boot, and entries whose hosts are all reattached. Also removes hosts
 * that no longer exist, unless this program removed them. An entry without a host is removed.
 *
 * Return: the names of the hosts that no longer exist, a new array of new strings, released with
 * entries_list_release(); NULL if there are none.
 */
char **journal_clean(size_t *nr_gone);

#endif
