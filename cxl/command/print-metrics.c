// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "attach/act/journal-clean.h"
#include "attach/act/journal.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "cxl/command/listing.h"
#include "cxl/command/messages.h"
#include "cxl/command/print-metrics.h"
#include "cxl/report/metrics.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/interrupt.h"
#include "util/json.h"
#include "util/memory.h"

static bool is_stuck(const struct journal_entry *entry)
{
	if (entry->error)
		return true;
	for (size_t i = 0; i < entry->nr_hosts; i++) {
		if (journal_host_is_gone(entry, &entry->hosts[i]))
			return true;
	}
	return false;
}

static char *text_of(const char *command, const struct snapshot *snapshot)
{
	struct attach_answers answers;
	struct metrics_source source = {.answers = &answers};
	struct journal_entry *entries = journal_load(&source.nr_entries);
	char *text = NULL;
	size_t size;
	FILE *out = memory_check(open_memstream(&text, &size));

	attach_infer(snapshot, &answers);
	say_unreadable(command, entries, source.nr_entries);
	source.entries = entries;
	for (size_t i = 0; i < source.nr_entries; i++)
		source.nr_stuck += is_stuck(&entries[i]);
	metrics_print(out, &source);
	if (fclose(out) == EOF)
		memory_check(NULL);
	journal_release(entries, source.nr_entries);
	attach_answers_release(&answers);
	return text;
}

char *metrics_text(const char *command)
{
	struct snapshot snapshot;
	char *text;

	interrupt_ends(command, "nothing was changed");
	if (listing_take_snapshot(command, &snapshot) < 0)
		return NULL;
	text = text_of(command, &snapshot);
	snapshot_release(&snapshot);
	return text;
}

int print_metrics(const char *command)
{
	_cleanup_free_ char *text = metrics_text(command);

	if (!text)
		return EXIT_FAILED;
	fputs(text, stdout);
	return listing_end(command, EXIT_DONE, json_flush());
}
